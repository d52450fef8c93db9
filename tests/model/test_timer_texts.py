"""Texts of timers: moments, intervals and cycles as people and other tools write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.feel import iso
from counterflow.model import timer_texts
from counterflow.model.timer_texts import ENDLESS, Cycle


@pytest.mark.parametrize(
    "text, utc, reading",
    [
        ("2030-05-01T10:00:00Z",                       "2030-05-01T10:00:00Z", "2030-05-01T10:00:00Z"),
        ("2030-05-01T10:00:00+02:00",                  "2030-05-01T08:00:00Z", "2030-05-01T10:00:00+02:00"),
        ("2030-05-01T10:00:00@Europe/Berlin",          "2030-05-01T08:00:00Z", "2030-05-01T10:00:00@Europe/Berlin"),
        ("2030-05-01T10:00:00",                        "2030-05-01T10:00:00Z", "2030-05-01T10:00:00"),
        ("2030-05-01",                                 "2030-05-01T00:00:00Z", "2030-05-01T00:00:00"),
        # as Java writes them: a region behind the offset, no seconds where they are none
        ("2030-10-02T08:09:40+02:00[Europe/Berlin]",   "2030-10-02T06:09:40Z", "2030-10-02T08:09:40@Europe/Berlin"),
        ("2030-01-01T10:00+01:00[Europe/Berlin]",      "2030-01-01T09:00:00Z", "2030-01-01T10:00:00@Europe/Berlin"),
        ("2030-05-01T10:00Z[GMT]",                     "2030-05-01T10:00:00Z", "2030-05-01T10:00:00@GMT"),
        ("2030-05-01T10:00+02:00[UTC+02:00]",          "2030-05-01T08:00:00Z", "2030-05-01T10:00:00+02:00"),
        ("2030-05-01T10:00-03:00[GMT-3]",              "2030-05-01T13:00:00Z", "2030-05-01T10:00:00-03:00"),
        ("2030-05-01T10:00Z[UTCZ]",                    "2030-05-01T10:00:00Z", "2030-05-01T10:00:00Z"),
        ("2030-05-01T10:00Z",                          "2030-05-01T10:00:00Z", "2030-05-01T10:00:00Z"),
        ("2030-05-01T10:00",                           "2030-05-01T10:00:00Z", "2030-05-01T10:00:00"),
        ("2030-05-01T10:00[Europe/Berlin]",            "2030-05-01T08:00:00Z", "2030-05-01T10:00:00@Europe/Berlin"),
        ("2030-05-01T10:00:00.123456789Z",             "2030-05-01T10:00:00.123Z", "2030-05-01T10:00:00.123456789Z"),
        # the offset says which moment it is, the region by whose clocks it goes on
        ("2030-05-01T10:00Z[Europe/Berlin]",           "2030-05-01T10:00:00Z", "2030-05-01T12:00:00@Europe/Berlin"),
        ("2030-10-27T02:30:00+02:00[Europe/Berlin]",   "2030-10-27T00:30:00Z", "2030-10-27T02:30:00@Europe/Berlin"),
        ("2030-10-27T02:30:00+01:00[Europe/Berlin]",   "2030-10-27T01:30:00Z", "2030-10-27T02:30:00@Europe/Berlin"),
        # as others write them
        ("2030-05-01T10:00:00+0200",                   "2030-05-01T08:00:00Z", "2030-05-01T10:00:00+02:00"),
        ("2030-05-01T10:00:00+02",                     "2030-05-01T08:00:00Z", "2030-05-01T10:00:00+02:00"),
        ("2030-05-01T10:00:00,5Z",                     "2030-05-01T10:00:00.500Z", "2030-05-01T10:00:00.5Z"),
        ("2030-05-01t10:00:00z",                       "2030-05-01T10:00:00Z", "2030-05-01T10:00:00Z"),
        ("2030-04-30T24:00Z",                          "2030-05-01T00:00:00Z", "2030-05-01T00:00:00Z"),
        ("\n  2030-05-01T10:00Z  ",                    "2030-05-01T10:00:00Z", "2030-05-01T10:00:00Z"),
    ],
)  # fmt: skip
def test_moments(text: str, utc: str, reading: str) -> None:
    found, expected = timer_texts.moment(text), iso.date_time(utc)
    assert found is not None
    assert expected is not None
    assert (found.due_ms, str(found.reading)) == (expected.instant // 1_000_000, reading)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "10:00Z",
        "2030-05-01T",
        "2030-05-01T10Z",
        "2030-05-01T10:60Z",
        "2030-02-30T10:00Z",
        "2030-05-01T10:00+15:00",
        "2030-05-01T10:00Z[]",
        "2030-05-01T10:00Z[Europe/Atlantis]",
        "2030-05-01T10:00Z[Europe/Berlin",
        "2030-05-01T10:00ZEurope/Berlin",
        "2030-05-01 10:00Z",
        "999999999-12-31T24:00Z",
        "٢030-05-01T10:00Z",
    ],
)
def test_what_is_no_moment(text: str) -> None:
    assert timer_texts.moment(text) is None


@pytest.mark.parametrize(
    "text, months, days",
    [
        ("P1W",                  "P0M",   "P7D"),
        ("P1M",                  "P1M",   "PT0S"),
        ("P1Y2M3W4DT5H6M7.5S",   "P1Y2M", "P25DT5H6M7.5S"),
        ("PT36H",                "P0M",   "P1DT12H"),
        ("PT30s",                "P0M",   "PT30S"),
        ("p1y2m3w4dt5h6m7s",     "P1Y2M", "P25DT5H6M7S"),
        ("-P1MT1H",              "-P1M",  "-PT1H"),
        ("-PT5M",                "P0M",   "-PT5M"),
        ("PT-5M",                "P0M",   "-PT5M"),
        ("-PT-5M",               "P0M",   "PT5M"),
        ("+PT+5M",               "P0M",   "PT5M"),
        ("P1DT-6H",              "P0M",   "PT18H"),
        ("PT-0.5S",              "P0M",   "-PT0.5S"),
        ("-PT1.5S",              "P0M",   "-PT1.5S"),
        ("PT0,25S",              "P0M",   "PT0.25S"),
        ("PT0S",                 "P0M",   "PT0S"),
        ("  PT5M\n",             "P0M",   "PT5M"),
    ],
)  # fmt: skip
def test_intervals(text: str, months: str, days: str) -> None:
    found = timer_texts.interval(text)
    assert found is not None
    assert (str(found.months), str(found.days)) == (months, days)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "-",
        "P-",
        "PT+",
        "P1",
        "1W",
        "P1DW1",
        "P1H",
        "P1WT",
        "P1.5W",
        "--P1D",
        "P999999999999999999Y",
    ],
)
def test_what_is_no_interval(text: str) -> None:
    assert timer_texts.interval(text) is None


@given(
    st.sampled_from(["", "+", "-"]),
    st.dictionaries(
        st.sampled_from("DHMS"), st.tuples(st.sampled_from(["", "+", "-"]), st.integers(0, 10**9)), min_size=1
    ),
    st.booleans(),
)
def test_days_and_times_add_up_with_their_signs(
    sign: str, parts: dict[str, tuple[str, int]], lower: bool
) -> None:
    seconds = {"D": 86_400, "H": 3_600, "M": 60, "S": 1}
    written = {unit: f"{parts[unit][0]}{parts[unit][1]}{unit}" for unit in "DHMS" if unit in parts}
    days, times = written.pop("D", ""), "".join(written.values())
    text = f"{sign}P{days}{'T' + times if times else ''}"
    found = timer_texts.interval(text.lower() if lower else text)
    total = sum(seconds[unit] * amount * (-1 if part == "-" else 1) for unit, (part, amount) in parts.items())
    assert found is not None
    assert (found.months.months, found.days.nanoseconds) == (0, total * 10**9 * (-1 if sign == "-" else 1))


@pytest.mark.parametrize(
    "text, expected",
    [("P1W", "P7D"), ("P1Y1M", "P1Y1M"), ("PT0S", "PT0S"), ("P1MT1H", "None"), ("P1X", "None")],
)
def test_lengths_are_of_one_kind(text: str, expected: str) -> None:
    assert str(timer_texts.length(text)) == expected


def test_an_interval_passes_by_the_calendar_first() -> None:
    found, before, after = (
        timer_texts.interval("P1MT24H"),
        *(timer_texts.moment(f"2030-{day}T10:00Z") for day in ("01-30", "03-01")),
    )
    assert found is not None
    assert before is not None
    assert after is not None
    assert found.after(before.due_ms) == after.due_ms


@pytest.mark.parametrize(
    "text, expected",
    [
        ("R3/PT10S",                                      Cycle(3, None, "PT10S")),
        ("R/P1D",                                         Cycle(ENDLESS, None, "P1D")),
        ("r3/pt10s",                                      Cycle(3, None, "pt10s")),
        ("\n R3/2022-07-29T14:25:00Z[Europe/Berlin]/P1D ", Cycle(3, "2022-07-29T14:25:00Z[Europe/Berlin]", "P1D")),
        ("R/2022-07-29T14:25Z/P1M",                       Cycle(ENDLESS, "2022-07-29T14:25Z", "P1M")),
        ("R3/PT0S",                                       Cycle(3, None, "PT0S")),
        ("R3/-PT1S",                                      Cycle(3, None, "-PT1S")),
        ("R1000/PT-1S",                                   Cycle(1000, None, "PT-1S")),
        ("R2/2030-01-01T00:00Z/-P1M",                     Cycle(2, "2030-01-01T00:00Z", "-P1M")),
    ],
)  # fmt: skip
def test_cycles(text: str, expected: Cycle) -> None:
    assert timer_texts.cycle(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PT10S",
        "R0/PT10S",
        "R-1/PT10S",
        "R3",
        "R3/",
        "R3/P1MT1H",
        "R3/someday/PT1H",
        "R3/PT1H/2030-01-01T00:00Z",
        "R/PT0S",
        "R/-PT1S",
        "R1001/PT0S",
        "R/PT0.0001S",
        "R/2030-01-01T00:00Z/P0D",
    ],
)
def test_what_is_no_cycle(text: str) -> None:
    assert timer_texts.cycle(text) is None


@given(st.text(alphabet="RPTZYMWDHSrpt0123456789+-:/.,[]@ eurLondn", max_size=40))
def test_whatever_is_written_is_read_or_not(text: str) -> None:
    for reader in (timer_texts.moment, timer_texts.interval, timer_texts.length, timer_texts.cycle):
        reader(text)
