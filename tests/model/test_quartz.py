"""Quartz's cron in a timer's cycle: which moments it gives, and what it is not."""

from __future__ import annotations

import datetime

import pytest

from counterflow.feel.temporal import DateTime
from counterflow.model import cron, quartz, schedules
from counterflow.model.events import TimerKind
from counterflow.model.schedules import Schedule

KIND = TimerKind.QUARTZ_CYCLE


def ms(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "pattern, after, expected",
    [
        ("0 0 12 * * ?",            "2024-03-29T13:00:00", "2024-03-30T12:00:00"),
        ("0 0 9 ? * 2-6",           "2024-03-29T10:00:00", "2024-04-01T09:00:00"),
        ("0 0 9 ? * MON-FRI",       "2024-03-29T10:00:00", "2024-04-01T09:00:00"),
        ("0 0 9 ? * 1",             "2024-03-29T10:00:00", "2024-03-31T09:00:00"),
        ("0 0 9 ? * 7",             "2024-03-29T10:00:00", "2024-03-30T09:00:00"),
        ("0 0 9 ? * L",             "2024-03-29T10:00:00", "2024-03-30T09:00:00"),
        ("0 15 10 ? * 6L",          "2024-03-01T00:00:00", "2024-03-29T10:15:00"),
        ("0 15 10 ? * 6#3",         "2024-03-01T00:00:00", "2024-03-15T10:15:00"),
        ("0 15 10 L * ?",           "2024-02-01T00:00:00", "2024-02-29T10:15:00"),
        ("0 0 0 15W * ?",           "2024-06-01T00:00:00", "2024-06-14T00:00:00"),
        ("0 0/5 14,18 * * ?",       "2024-03-29T14:56:00", "2024-03-29T18:00:00"),
        ("0 /15 * * * ?",           "2024-03-29T14:46:00", "2024-03-29T15:00:00"),
        ("0 0 22-2 * * ?",          "2024-03-29T23:30:00", "2024-03-30T00:00:00"),
        ("0 0 9 ? * FRI-MON",       "2024-03-26T10:00:00", "2024-03-29T09:00:00"),
        ("0 0 9 ? * 2/2",           "2024-03-29T10:00:00", "2024-04-01T09:00:00"),
        ("0 15 10 * * ? 2030",      "2024-03-29T10:00:00", "2030-01-01T10:15:00"),
        ("0 15 10 * * ? 2024-2026", "2026-12-31T10:15:00", None),
        ("@weekly",                 "2024-03-29T10:00:00", "2024-03-31T00:00:00"),
        ("@daily",                  "2024-03-29T10:00:00", "2024-03-30T00:00:00"),
    ],
)  # fmt: skip
def test_the_next_moment(pattern: str, after: str, expected: str | None) -> None:
    read = quartz.read(pattern)
    assert read is not None
    assert read.after(ms(after)) == (None if expected is None else ms(expected))


@pytest.mark.parametrize(
    "text",
    [
        "0 0 9 1 * 2",
        "0 0 9 ? *",
        "0 0 9 ? * 0",
        "0 0 9 ? * 8",
        "60 0 9 ? * 2",
        "0 0 9 ? * 2 1969",
        "0 0 9 ? * 2 2030 1",
        "0 0 0 30 2 ?",
        "0 0 9 ? * 2/0",
        "0 0 9 ? * 2,",
        "0 0 9 *-3 * ?",
        "",
        "every day",
    ],
)
def test_what_is_none(text: str) -> None:
    assert quartz.read(text) is None


def test_the_same_text_is_another_day_than_in_a_zeebe_model() -> None:
    ours, theirs = quartz.read("0 0 9 ? * 2"), cron.read("0 0 9 ? * 2")
    assert ours is not None
    assert theirs is not None
    monday, tuesday = (ms(f"2024-04-0{day}T09:00:00") for day in (1, 2))
    assert (ours.after(ms("2024-03-31T00:00:00")), theirs.after(ms("2024-03-31T00:00:00"))) == (
        monday,
        tuesday,
    )


def test_a_timer_goes_on_by_the_pattern_it_began_with() -> None:
    first = schedules.first_moment(KIND, "0 0 9 ? * 2", ms("2024-03-31T00:00:00"))
    assert first is not None
    following = schedules.next_moment(first, first.due_ms)
    assert following is not None
    assert following.due_ms == ms("2024-04-08T09:00:00")


END = "2030-01-01T12:00:00Z"


@pytest.mark.parametrize(
    "text, now, expected",
    [
        (f"R3/PT1H/{END}", "2029-01-01T00:00:00", ["10:00", "11:00", "12:00"]),
        (f"R3/PT1H/{END}", "2030-01-01T10:30:00", ["11:00", "12:00"]),
        (f"R3/PT1H/{END}", "2030-01-01T11:00:00", ["12:00"]),
        (f"R/PT1H/{END}",  "2030-01-01T09:30:00", ["10:00", "11:00", "12:00"]),
        (f"R3/PT1H/{END}", "2031-01-01T00:00:00", ["12:00"]),
    ],
)  # fmt: skip
def test_a_cycle_with_an_end_is_counted_back_from_it(text: str, now: str, expected: list[str]) -> None:
    assert schedules.gives_time(KIND, text)
    schedule: Schedule | None = schedules.first_moment(KIND, text, ms(now))
    found = []
    while schedule is not None:
        found.append(str(DateTime.of_epoch_ms(schedule.due_ms))[11:16])
        schedule = schedules.next_moment(schedule, schedule.due_ms)
    assert found == expected


@pytest.mark.parametrize("text", ["R3/PT0S/" + END, "R0/PT1H/" + END, "R3/P1M/" + END, "R3/PT1H/soon"])
def test_what_no_cycle_with_an_end_is(text: str) -> None:
    assert not schedules.gives_time(KIND, text)
    assert not schedules.gives_time(TimerKind.CYCLE, f"R3/PT1H/{END}")
