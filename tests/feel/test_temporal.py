"""The calendar, clocks and zones."""

import datetime

import pytest

from counterflow.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time, Zone, months_between

PARIS = Zone(name="Europe/Paris")


@pytest.mark.parametrize("days", [*range(-800_000, 800_000, 9_973), -1, 0, 1, 59, 60])
def test_days_agree_with_python(days: int) -> None:
    date = Date.of_days(days)
    python = (
        datetime.date(1970, 1, 1) + datetime.timedelta(days=days) if -719_162 <= days <= 2_932_896 else None
    )
    assert date is not None
    assert date.days == days
    if python is not None:
        assert (date.year, date.month, date.day) == (python.year, python.month, python.day)
        assert (date.weekday, date.week_of_year) == (python.isoweekday(), python.isocalendar().week)
        assert date.day_of_year == python.timetuple().tm_yday


@pytest.mark.parametrize(
    "year, month, day",
    [(2023, 2, 29), (1900, 2, 29), (2030, 4, 31), (2030, 0, 1), (2030, 1, 0), (10**9, 1, 1)],
)
def test_days_that_do_not_exist(year: int, month: int, day: int) -> None:
    assert Date.of(year, month, day) is None


@pytest.mark.parametrize(
    "year, month, day",
    [(2024, 2, 29), (2000, 2, 29), (-4, 2, 29), (999_999_999, 12, 31), (-999_999_999, 1, 1)],
)
def test_days_that_do(year: int, month: int, day: int) -> None:
    date = Date.of(year, month, day)
    assert date is not None
    assert Date.of_days(date.days) == date


@pytest.mark.parametrize(
    "date, months, expected",
    [
        (Date(2030, 1, 31), 1, Date(2030, 2, 28)),
        (Date(2030, 1, 31), -1, Date(2029, 12, 31)),
        (Date(2024, 2, 29), 12, Date(2025, 2, 28)),
        (Date(2030, 12, 1), 1, Date(2031, 1, 1)),
        (Date(0, 1, 1), -1, Date(-1, 12, 1)),
        (Date(999_999_999, 12, 1), 1, None),
    ],
)
def test_months_later(date: Date, months: int, expected: Date | None) -> None:
    assert date.plus_months(months) == expected


@pytest.mark.parametrize(
    "start, end, months",
    [
        (Date(2030, 1, 1), Date(2030, 2, 1), 1),
        (Date(2030, 1, 31), Date(2030, 2, 28), 0),
        (Date(2030, 2, 1), Date(2030, 1, 1), -1),
        (Date(2030, 2, 1), Date(2030, 1, 2), 0),
        (Date(2030, 1, 1), Date(2030, 1, 1), 0),
    ],
)
def test_months_between(start: Date, end: Date, months: int) -> None:
    assert months_between(start, end) == months


@pytest.mark.parametrize(
    "date, offset_hours",
    [(Date(2030, 1, 1), 1), (Date(2030, 7, 1), 2), (Date(12_030, 7, 1), 2), (Date(-10_000, 7, 1), 2)],
)
def test_a_named_zone_has_the_offset_of_its_date(date: Date, offset_hours: int) -> None:
    assert DateTime(date, Time(12, 0, 0, 0, PARIS)).offset_seconds == offset_hours * 3600


@pytest.mark.parametrize(
    "moment, hours, expected",
    [
        # the night in which clocks in Paris go forward, and the one in which they go back
        ("2026-03-29T01:30:00", 1, "2026-03-29T03:30:00@Europe/Paris"),
        ("2026-10-25T01:30:00", 2, "2026-10-25T02:30:00@Europe/Paris"),
        ("2026-10-25T01:30:00", 3, "2026-10-25T03:30:00@Europe/Paris"),
    ],
)
def test_time_passes_through_a_change_of_clocks(moment: str, hours: int, expected: str) -> None:
    python = datetime.datetime.fromisoformat(moment)
    date, time = Date(python.year, python.month, python.day), Time(python.hour, python.minute, 0, 0, PARIS)
    assert str(DateTime(date, time).plus(hours * 3_600_000_000_000)) == expected


def test_epoch_milliseconds() -> None:
    assert str(DateTime.of_epoch_ms(0)) == "1970-01-01T00:00:00Z"
    assert str(DateTime.of_epoch_ms(1_700_000_000_123)) == "2023-11-14T22:13:20.123Z"
    with pytest.raises(ValueError, match="expected epoch milliseconds"):
        DateTime.of_epoch_ms(10**30)


def test_python_values() -> None:
    assert str(DaysDuration.of_python(datetime.timedelta(days=-1, microseconds=1))) == "-PT23H59M59.999999S"
    assert str(DateTime.of_python(datetime.datetime(2030, 1, 31, 8, 0, 0, 5))) == "2030-01-31T08:00:00.000005"


def test_durations_have_an_order_of_their_kind() -> None:
    assert DaysDuration(1) < DaysDuration(2)
    assert MonthsDuration(-1) < MonthsDuration(0)
