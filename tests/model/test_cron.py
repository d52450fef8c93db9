"""Cron in a timer's cycle: which moments it gives, and what it is not."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterflow.feel.temporal import DateTime
from counterflow.model import cron


def ms(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "pattern, after, expected",
    [
        ("* * * * * *",             "2024-03-29T10:00:00", "2024-03-29T10:00:01"),
        ("0 0 9-17 * * MON-FRI",    "2024-03-29T10:00:00", "2024-03-29T11:00:00"),
        ("0 0 9-17 * * MON-FRI",    "2024-03-29T17:00:00", "2024-04-01T09:00:00"),
        ("0 0 9-17 * * mon-fri",    "2024-03-29T17:00:00", "2024-04-01T09:00:00"),
        ("0/20 * * * * ?",          "2024-03-29T10:00:21", "2024-03-29T10:00:40"),
        ("0 */10 * * * *",          "2024-03-29T10:51:00", "2024-03-29T11:00:00"),
        ("0 0 0 1 JAN,JUL *",       "2024-01-01T00:00:00", "2024-07-01T00:00:00"),
        ("0 30 8,20 * * *",         "2024-03-29T08:30:00", "2024-03-29T20:30:00"),
        ("0 0 0 29 2 *",            "2024-02-29T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 29 2 MON",          "2080-01-01T00:00:00", "2112-02-29T00:00:00"),
        ("0 0 0 L * *",             "2024-02-01T00:00:00", "2024-02-29T00:00:00"),
        ("0 0 0 L-3 * *",           "2024-02-01T00:00:00", "2024-02-26T00:00:00"),
        ("0 0 0 1W * *",            "2024-05-31T00:00:00", "2024-06-03T00:00:00"),
        ("0 0 0 15W * *",           "2024-06-01T00:00:00", "2024-06-14T00:00:00"),
        ("0 0 0 LW * *",            "2024-06-01T00:00:00", "2024-06-28T00:00:00"),
        ("0 0 0 31W * *",           "2024-02-01T00:00:00", "2024-03-29T00:00:00"),
        ("0 0 0 ? * 5L",            "2024-06-01T00:00:00", "2024-06-28T00:00:00"),
        ("0 0 0 ? * THUL",          "2024-06-01T00:00:00", "2024-06-27T00:00:00"),
        ("0 0 0 ? * 5#2",           "2024-06-01T00:00:00", "2024-06-14T00:00:00"),
        ("0 0 0 ? * MON#1",         "2024-06-03T00:00:00", "2024-07-01T00:00:00"),
        ("0 0 0 * * 0",             "2024-06-03T00:00:00", "2024-06-09T00:00:00"),
        ("0 0 0 * * 7",             "2024-06-03T00:00:00", "2024-06-09T00:00:00"),
        ("0 0 0 * * SAT-SUN",       "2024-06-08T00:00:00", "2024-06-09T00:00:00"),
        ("0 0 0 13 * FRI",          "2024-06-01T00:00:00", "2024-09-13T00:00:00"),
        ("@yearly",                 "2024-06-01T00:00:00", "2025-01-01T00:00:00"),
        ("@annually",               "2024-06-01T00:00:00", "2025-01-01T00:00:00"),
        ("@monthly",                "2024-06-01T00:00:00", "2024-07-01T00:00:00"),
        ("@weekly",                 "2024-06-03T00:00:00", "2024-06-09T00:00:00"),
        ("@daily",                  "2024-06-03T00:00:00", "2024-06-04T00:00:00"),
        ("@midnight",               "2024-06-03T00:00:00", "2024-06-04T00:00:00"),
        ("@hourly",                 "2024-06-03T00:30:00", "2024-06-03T01:00:00"),
    ],
)  # fmt: skip
def test_the_next_moment(pattern: str, after: str, expected: str) -> None:
    found = cron.read(pattern)
    assert found is not None
    assert found.after(ms(after)) == ms(expected), str(DateTime.of_epoch_ms(found.after(ms(after)) or 0))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "@reboot",
            "* * * * *",
            "* * * * * * *",
            "60 * * * * *",
            "* 60 * * * *",
            "* * 24 * * *",
            "* * * 0 * *",
            "* * * 32 * *",
        ),
        *(
            "* * * * 13 *",
            "* * * * 0 *",
            "* * * * * 8",
            "* * * * FOO *",
            "* * * * * FOO",
            "5-1 * * * * *",
            "*/0 * * * * *",
            "1, * * * * *",
        ),
        *(
            "0 0 0 31 2 *",
            "0 0 0 30W 2 *",
            "0 0 0 1 * MON#2",
            "* * * * * 1#6",
            "* * * 0W * *",
            "-1 * * * * *",
            "* * L * * *",
        ),
        *("R/P1D", "PT5S", "\N{ARABIC-INDIC DIGIT ONE} * * * * *"),
    ],
)
def test_what_is_no_cron_or_never_comes(text: str) -> None:
    assert cron.read(text) is None


FIELDS = (st.integers(0, 59), st.integers(0, 59), st.integers(0, 23), st.integers(1, 28), st.integers(1, 12))


@given(
    st.tuples(*(st.lists(numbers, min_size=1, max_size=3) for numbers in FIELDS)),
    st.integers(0, 4_000_000_000_000),
)
def test_it_is_the_first_moment_that_matches(fields: tuple[list[int], ...], after_ms: int) -> None:
    found = cron.read(" ".join(",".join(map(str, numbers)) for numbers in fields) + " *")
    assert found is not None
    moment_ms = found.after(after_ms)
    assert moment_ms is not None
    assert moment_ms > after_ms
    moment = datetime.datetime.fromtimestamp(moment_ms / 1000, datetime.UTC)
    parts = (moment.second, moment.minute, moment.hour, moment.day, moment.month)
    assert all(part in numbers for part, numbers in zip(parts, fields, strict=True))
    assert found.after(moment_ms - 1) == moment_ms
    assert found.after(max(after_ms, moment_ms - 1_000)) == moment_ms
