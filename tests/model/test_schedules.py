"""When a timer is due: from what a model or a variable says, and from the last moment of a cycle."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterflow import feel
from counterflow.feel.temporal import DateTime
from counterflow.model import timer_texts
from counterflow.model.events import TimerKind
from counterflow.model.schedules import LATEST_MS, Schedule, first_moment, next_moment
from counterflow.model.timer_texts import ENDLESS, MOST_AT_ONCE

DATE, DURATION, CYCLE = TimerKind.DATE, TimerKind.DURATION, TimerKind.CYCLE
SECOND = 1_000


def at(text: str) -> int:
    """A date and time as epoch milliseconds."""
    moment = timer_texts.moment(text)
    assert moment is not None
    return moment.due_ms


NOW = at("2024-01-31T12:00:00Z")


def first(kind: TimerKind, expression: str, now_ms: int = NOW) -> Schedule:
    found = first_moment(kind, feel.compile(expression).evaluate({}, now_ms=now_ms).value, now_ms)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "expression, due",
    [
        ('"2024-02-01T00:00:00Z"', "2024-02-01T00:00:00Z"),
        ('"2024-02-01T00:00:00+02:00"', "2024-01-31T22:00:00Z"),
        ('"2024-07-01T00:00:00@Europe/Berlin"', "2024-06-30T22:00:00Z"),
        ('"2024-02-01T00:00:00"', "2024-02-01T00:00:00Z"),
        ('"2024-02-01"', "2024-02-01T00:00:00Z"),
        ('date("2024-02-01")', "2024-02-01T00:00:00Z"),
        ('date and time("2024-02-01T08:00:00-05:00")', "2024-02-01T13:00:00Z"),
        ('now() + duration("PT5M")', "2024-01-31T12:05:00Z"),
        ('"2020-01-01T00:00:00Z"', "2020-01-01T00:00:00Z"),
        ('"1903-12-17T10:35:00Z"', "1903-12-17T10:35:00Z"),
        ('"2024-07-01T00:00+02:00[Europe/Berlin]"', "2024-06-30T22:00:00Z"),
        ('"2024-10-27T02:30+01:00[Europe/Berlin]"', "2024-10-27T01:30:00Z"),
        ('" 2024-02-01T00:00Z "', "2024-02-01T00:00:00Z"),
    ],
)
def test_a_date_is_a_moment_in_whatever_zone(expression: str, due: str) -> None:
    assert first(DATE, expression) == Schedule(at(due))


@pytest.mark.parametrize(
    "expression, due",
    [
        ('"PT10S"', "2024-01-31T12:00:10Z"),
        ('"PT0S"', "2024-01-31T12:00:00Z"),
        ('"PT0.25S"', "2024-01-31T12:00:00.250Z"),
        ('"P1DT1H"', "2024-02-01T13:00:00Z"),
        ('"P1M"', "2024-02-29T12:00:00Z"),
        ('"P1Y1M"', "2025-02-28T12:00:00Z"),
        ('duration("P2M")', "2024-03-31T12:00:00Z"),
        ('duration("PT1H") * 2', "2024-01-31T14:00:00Z"),
        ('"PT10s"', "2024-01-31T12:00:10Z"),
        ('" P1DT-1H "', "2024-02-01T11:00:00Z"),
        ('"-PT5S"', "2024-01-31T12:00:00Z"),
        ('"-P1Y"', "2024-01-31T12:00:00Z"),
        ('duration("PT0S")', "2024-01-31T12:00:00Z"),
        ('-duration("PT5S")', "2024-01-31T12:00:00Z"),
        ('-duration("P5Y")', "2024-01-31T12:00:00Z"),
    ],
)
def test_a_duration_is_counted_from_now(expression: str, due: str) -> None:
    assert first(DURATION, expression) == Schedule(at(due))


@pytest.mark.parametrize(
    "expression, due, repetitions, interval",
    [
        ('"R3/PT10S"', "2024-01-31T12:00:10Z", 2, "PT10S"),
        ('"R1/PT10S"', "2024-01-31T12:00:10Z", 0, "PT10S"),
        ('"R/P1D"', "2024-02-01T12:00:00Z", ENDLESS, "P1D"),
        ('"R/P1M"', "2024-02-29T12:00:00Z", ENDLESS, "2024-01-31T12:00:00Z/P1M"),
        ('"R2/2024-02-01T00:00:00+01:00/PT1H"', "2024-01-31T23:00:00Z", 1, "PT1H"),
        ('"R/2024-01-01T00:00:00Z/P1D"', "2024-01-01T00:00:00Z", ENDLESS, "P1D"),
        ('"R" + string(1 + 1) + "/PT1M"', "2024-01-31T12:01:00Z", 1, "PT1M"),
        ('" r2/pt1m "', "2024-01-31T12:01:00Z", 1, "pt1m"),
        ('"R2/2024-02-01T00:00Z[Europe/Berlin]/PT1H"', "2024-02-01T00:00:00Z", 1, "PT1H"),
        (
            '"R2/2024-10-27T02:30+01:00[Europe/Berlin]/P1D"',
            "2024-10-27T01:30:00Z",
            1,
            "2024-10-27T02:30+01:00[Europe/Berlin]/P1D",
        ),
        ('"R3/PT0S"', "2024-01-31T12:00:00Z", 2, "PT0S"),
        ('"R3/-PT5S"', "2024-01-31T12:00:00Z", 2, "-PT5S"),
        ('"R3/PT0.0001S"', "2024-01-31T12:00:00Z", 2, "PT0.0001S"),
    ],
)
def test_a_cycle_begins_at_its_start_or_one_interval_from_now(
    expression: str, due: str, repetitions: int, interval: str
) -> None:
    assert first(CYCLE, expression) == Schedule(at(due), repetitions, interval)


@pytest.mark.parametrize(
    "due_s, repetitions, interval, now_s, expected",
    [
        # on time: the beat is kept
        (10, 2, "PT10S", 10, (20, 1)),
        (10, 1, "PT10S", 10, (20, 0)),
        (10, 0, "PT10S", 10, None),
        (10, 0, None, 10, None),
        (10, ENDLESS, "PT10S", 10, (20, ENDLESS)),
        # late, but nothing missed: still the beat
        (10, 2, "PT10S", 19, (20, 1)),
        # what was due at 20 and 30 is missed: it counts, and does not come
        (10, 5, "PT10S", 20, (30, 3)),
        (10, 5, "PT10S", 35, (40, 2)),
        (10, 3, "PT10S", 35, (40, 0)),
        (10, 2, "PT10S", 35, None),
        (10, 1, "PT10S", 3_600, None),
        (10, ENDLESS, "PT10S", 35, (40, ENDLESS)),
        (0, ENDLESS, "PT0.001S", 10**9, (10**9 + 0.001, ENDLESS)),
    ],
)
def test_a_cycle_keeps_its_beat(
    due_s: int, repetitions: int, interval: str | None, now_s: int, expected: tuple[float, int] | None
) -> None:
    found = next_moment(Schedule(due_s * SECOND, repetitions, interval), now_s * SECOND)
    assert found == (
        None if expected is None else Schedule(round(expected[0] * SECOND), expected[1], interval)
    )


@pytest.mark.parametrize(
    "due, interval, now, repetitions, expected, left",
    [
        ("2024-01-15T00:00:00Z", "P1M", "2024-01-15T00:00:00Z", 3, "2024-02-15T00:00:00Z", 2),
        ("2024-01-31T00:00:00Z", "P1M", "2024-01-31T00:00:00Z", 3, "2024-02-29T00:00:00Z", 2),
        ("2024-01-15T00:00:00Z", "P1M", "2024-04-01T00:00:00Z", 5, "2024-04-15T00:00:00Z", 2),
        ("2024-01-15T00:00:00Z", "P1Y", "2024-01-15T00:00:00Z", ENDLESS, "2025-01-15T00:00:00Z", ENDLESS),
        ("2024-01-15T00:00:00Z", "P1D", "2024-03-01T06:00:00Z", ENDLESS, "2024-03-02T00:00:00Z", ENDLESS),
    ],
)
def test_months_are_those_of_the_calendar(
    due: str, interval: str, now: str, repetitions: int, expected: str, left: int
) -> None:
    assert next_moment(Schedule(at(due), repetitions, interval), at(now)) == Schedule(
        at(expected), left, interval
    )


def beats(cycle: str, now: str, count: int, *, late: timedelta = timedelta()) -> list[str]:
    """The first moments of a cycle, each looked at so late."""
    found = first(CYCLE, f'"{cycle}"', at(now))
    moments: list[str] = []
    following: Schedule | None = found
    while following is not None and len(moments) < count:
        moments.append(str(DateTime.of_epoch_ms(following.due_ms)))
        following = next_moment(following, following.due_ms + late // timedelta(milliseconds=1))
    return moments


@pytest.mark.parametrize("late", [timedelta(), timedelta(hours=3)])
@pytest.mark.parametrize(
    "cycle, now, expected",
    [
        # from the beginning, not from the last: the 31st comes back
        (
            "R/P1M",
            "2023-01-31T08:00:00Z",
            ["2023-02-28T08", "2023-03-31T08", "2023-04-30T08", "2023-05-31T08"],
        ),
        (
            "R/2023-01-31T08:00:00Z/P1M",
            "2023-01-01T00:00:00Z",
            ["2023-01-31T08", "2023-02-28T08", "2023-03-31T08"],
        ),
        ("R2/2023-01-31T08:00:00Z/P1M", "2023-01-01T00:00:00Z", ["2023-01-31T08", "2023-02-28T08"]),
        (
            "R/2024-02-29T08:00:00Z/P1Y",
            "2024-01-01T00:00:00Z",
            ["2024-02-29T08", "2025-02-28T08", "2026-02-28T08"],
        ),
        # nine o'clock in Berlin, summer and winter
        (
            "R/2024-03-30T09:00:00@Europe/Berlin/P1D",
            "2024-03-01T00:00:00Z",
            ["2024-03-30T08", "2024-03-31T07", "2024-04-01T07"],
        ),
        (
            "R/2024-10-26T09:00:00@Europe/Berlin/P1D",
            "2024-03-01T00:00:00Z",
            ["2024-10-26T07", "2024-10-27T08", "2024-10-28T08"],
        ),
        (
            "R/2024-03-24T09:00:00@Europe/Berlin/P7D",
            "2024-03-01T00:00:00Z",
            ["2024-03-24T08", "2024-03-31T07", "2024-04-07T07"],
        ),
        (
            "R/2024-02-29T09:00:00@Europe/Berlin/P1M",
            "2024-02-01T00:00:00Z",
            ["2024-02-29T08", "2024-03-29T08", "2024-04-29T07"],
        ),
        (
            "R/2024-10-26T09:00+02:00[Europe/Berlin]/P1D",
            "2024-03-01T00:00:00Z",
            ["2024-10-26T07", "2024-10-27T08", "2024-10-28T08"],
        ),
        (
            "R/2024-03-30T08:00Z[Europe/Berlin]/P1D",
            "2024-03-01T00:00:00Z",
            ["2024-03-30T08", "2024-03-31T07", "2024-04-01T07"],
        ),
        # hours are hours
        (
            "R/2024-03-30T09:00:00@Europe/Berlin/PT24H",
            "2024-03-01T00:00:00Z",
            ["2024-03-30T08", "2024-03-31T07"],
        ),
        (
            "R/2024-03-30T21:00:00@Europe/Berlin/PT8H",
            "2024-03-01T00:00:00Z",
            ["2024-03-30T20", "2024-03-31T04", "2024-03-31T12"],
        ),
        ("R/2024-03-30T09:00:00+01:00/P1D", "2024-03-01T00:00:00Z", ["2024-03-30T08", "2024-03-31T08"]),
        # cron
        (
            "0 0 9-17/4 * * MON-FRI",
            "2024-03-29T10:00:00Z",
            ["2024-03-29T13", "2024-03-29T17", "2024-04-01T09"],
        ),
    ],
)
def test_a_cycle_of_the_calendar_is_counted_from_its_beginning(
    cycle: str, now: str, expected: list[str], late: timedelta
) -> None:
    assert beats(cycle, now, len(expected) + 3 * ("R2" in cycle), late=late) == [
        f"{hour}:00:00Z" for hour in expected
    ]


def test_what_was_missed_of_a_calendar_collapses_into_one() -> None:
    schedule = first(CYCLE, '"R5/2023-01-31T08:00:00Z/P1M"', at("2023-01-01T00:00:00Z"))
    assert next_moment(schedule, at("2023-03-31T08:00:00Z")) == Schedule(
        at("2023-04-30T08:00:00Z"), 1, "2023-01-31T08:00:00Z/P1M"
    )
    assert next_moment(schedule, at("2023-07-01T00:00:00Z")) is None


def test_a_cycle_that_began_before_1970_keeps_its_beat() -> None:
    schedule = first(CYCLE, '"R/1960-01-01T08:00:00Z/P1D"')
    assert schedule.due_ms < 0
    assert next_moment(schedule, NOW) == Schedule(at("2024-02-01T08:00:00Z"), ENDLESS, "P1D")


def test_months_that_were_missed_count_too() -> None:
    assert next_moment(Schedule(at("2024-01-15T00:00:00Z"), 2, "P1M"), at("2024-04-01T00:00:00Z")) is None


def test_no_cycle_leads_beyond_the_calendar() -> None:
    assert next_moment(Schedule(LATEST_MS, ENDLESS, "P2000000000Y"), LATEST_MS) is None


@pytest.mark.parametrize("interval", ["PT0S", "-PT5S", "PT0.0001S", "-P1M", "2024-01-01T00:00Z/-P1M"])
def test_a_cycle_that_leaves_no_time_comes_at_once_as_often_as_it_says(interval: str) -> None:
    schedule: Schedule | None = first(CYCLE, f'"R3/{interval}"')
    moments: list[int] = []
    while schedule is not None:
        moments.append(schedule.due_ms)
        schedule = next_moment(schedule, NOW + 5)
    begin = at("2024-01-01T00:00Z") if "/" in interval else NOW
    assert moments == [begin, NOW + 5, NOW + 5]


def test_what_comes_at_once_for_ever_is_no_cycle() -> None:
    for text in ("R/PT0S", f"R{MOST_AT_ONCE + 1}/PT0S"):
        assert first_moment(CYCLE, text, NOW) is None


@pytest.mark.parametrize(
    "kind, text",
    [
        (DATE, "999999999-01-01T00:00Z"),
        (DURATION, "P99999999999Y"),
        (DURATION, "P300000000Y"),
        (CYCLE, "R3/P300000000Y"),
        (CYCLE, "R3/999999999-01-01T00:00Z/P1D"),
        (CYCLE, "R3/2030-01-01T00:00Z/P99999999999Y"),
        (CYCLE, "R3/2030-01-01T00:00Z/P300000Y"),
    ],
)
def test_what_no_calendar_holds_is_no_moment(kind: TimerKind, text: str) -> None:
    assert first_moment(kind, text, NOW) is None
