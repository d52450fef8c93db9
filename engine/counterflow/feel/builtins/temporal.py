"""Dates, times and durations (DMN 1.5, 10.3.4.1, 10.3.4.7 and 10.3.4.8).

`now` and `today` read the time of the command, in UTC.
"""

from decimal import Decimal
from typing import Final

from counterflow.feel import iso, numbers, temporal
from counterflow.feel.builtins.registry import builtin
from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import SECOND_NS, UTC, Date, DateTime, DaysDuration, MonthsDuration, Time, Zone
from counterflow.feel.values import ZONE_FUEL

_READING_FUEL: Final = 5
_CALENDAR_FUEL: Final = 4
"""What it takes to find a day of the calendar by its number, or its number."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _value_or_warning(run: Run, value: Value, expected: str) -> Value:
    return run.warn("wrong value", f"no value: expected {expected}") if value is None else value


# Making them


@builtin("date(from: string)")
def date_of_text(run: Run, text: str) -> Value:
    """The date that a text spells; null, with a warning, if it spells none."""
    run.spend(_READING_FUEL)
    return _value_or_warning(run, iso.date(text), "a date such as 2030-12-31")


@builtin("date(from: date)")
def date_of_date(_run: Run, date: Date) -> Value:
    """The date as it is."""
    return date


@builtin("date(from: date and time)")
def date_of_moment(_run: Run, moment: DateTime) -> Value:
    """The date of a date and time, as its own clock shows it."""
    return moment.date


@builtin("date(year: integer, month: integer, day: integer)")
def date(run: Run, year: int, month: int, day: int) -> Value:
    """The date of a year, month and day; null, with a warning, if the calendar has none such."""
    return _value_or_warning(run, Date.of(year, month, day), "a day of the calendar")


@builtin("time(from: string)")
def time_of_text(run: Run, text: str) -> Value:
    """The time of day that a text spells; null, with a warning, if it spells none."""
    run.spend(_READING_FUEL)
    return _value_or_warning(run, iso.time(text), "a time such as 09:30:00 or 09:30:00+02:00")


@builtin("time(from: time)")
def time_of_time(_run: Run, time: Time) -> Value:
    """The time of day as it is."""
    return time


@builtin("time(from: date and time)")
def time_of_moment(_run: Run, moment: DateTime) -> Value:
    """The time of day of a date and time, with its zone."""
    return moment.time


@builtin("time(from: date)")
def time_of_date(_run: Run, _date: Date) -> Value:
    """Midnight in UTC, whatever the date."""
    return Time(0, 0, 0, 0, UTC)


@builtin("time(hour: integer, minute: integer, second: number, offset?: days duration | null)")
def time(
    run: Run, hour: int, minute: int, second: numbers.Number, offset: DaysDuration | None = None
) -> Value:
    """The time of day of its parts; without an offset from UTC it is a local one.

    Null, with a warning, if a part is out of its range, or the offset beyond 14 hours.
    """
    if not 0 <= second < 60:
        return run.warn(
            "wrong value", f"the seconds of a time lie between 0 and 60; found {numbers.shown(second)}"
        )
    whole = int(second)
    nanosecond = int((numbers.exact(second) - whole) * SECOND_NS)
    zone = None if offset is None else Zone(offset.nanoseconds // SECOND_NS)
    if zone is not None and abs(zone.offset_seconds) > iso.OFFSET_BOUND:
        return run.warn("out of range", f"the offset of a time lies between -PT14H and PT14H; found {offset}")
    return _value_or_warning(run, Time.of(hour, minute, whole, nanosecond, zone), "a time of day")


@builtin("date and time(from: string)")
def date_and_time_of_text(run: Run, text: str) -> Value:
    """The date and time that a text spells, of a date alone its midnight.

    Null, with a warning, if it spells neither.
    """
    run.spend(2 * _READING_FUEL)
    return _value_or_warning(run, iso.date_time(text), "a date and time such as 2030-12-31T09:30:00")


@builtin("date and time(from: date and time)")
def date_and_time_of_moment(_run: Run, moment: DateTime) -> Value:
    """The date and time as it is."""
    return moment


@builtin("date and time(date: date, time: time)")
def date_and_time(_run: Run, date: Date, time: Time) -> Value:
    """The date and time of a date and a time of day, in the zone of the latter."""
    return DateTime(date, time)


@builtin("date and time(date: date and time, time: time)")
def date_and_time_of_both(_run: Run, moment: DateTime, time: Time) -> Value:
    """The date of one date and time with another time of day, in the zone of the latter."""
    return DateTime(moment.date, time)


@builtin("date and time(date: date and time, timezone: string)")
def date_and_time_in_zone(run: Run, moment: DateTime, timezone: str) -> Value:
    """The same moment on the clocks of a zone; null, with a warning, if there is no such zone."""
    run.spend(2 * ZONE_FUEL)
    zone = _zone(timezone)
    return _value_or_warning(
        run, None if zone is None else moment.at(zone), "a zone such as Europe/Paris or +02:00"
    )


def _zone(text: str) -> Zone | None:
    return iso.zone(text) or iso.zone(f"@{text}")


@builtin("duration(from: string)")
def duration(run: Run, text: str) -> Value:
    """The duration that a text spells; null, with a warning, if it spells none."""
    run.spend(2 * _READING_FUEL)
    return _value_or_warning(run, iso.duration(text), "a duration such as P1DT2H or P1Y6M")


@builtin("duration(from: days duration | months duration)")
def duration_of_duration(_run: Run, value: DaysDuration | MonthsDuration) -> Value:
    """The duration as it is."""
    return value


@builtin("years and months duration(from: date | date and time, to: date | date and time)")
def years_and_months_duration(_run: Run, start: Date | DateTime, end: Date | DateTime) -> Value:
    """The whole months from one day to another, negative if that is earlier."""
    return MonthsDuration(temporal.months_between(_day(start), _day(end)))


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


# Reading the clock and the calendar


@builtin("now()")
def now(run: Run) -> Value:
    """The time of the command, in UTC."""
    run.spend(_CALENDAR_FUEL)
    return DateTime.of_epoch_ms(run.now_ms)


@builtin("today()")
def today(run: Run) -> Value:
    """The day of the command, in UTC."""
    run.spend(_CALENDAR_FUEL)
    return DateTime.of_epoch_ms(run.now_ms).date


@builtin("day of year(date: date | date and time)")
def day_of_year(_run: Run, date: Date | DateTime) -> Value:
    """The number of the day in its year, from 1."""
    return _day(date).day_of_year


@builtin("day of week(date: date | date and time)")
def day_of_week(_run: Run, date: Date | DateTime) -> Value:
    """The English name of the weekday, such as "Monday", as a text."""
    return _DAYS[_day(date).weekday - 1]


@builtin("month of year(date: date | date and time)")
def month_of_year(_run: Run, date: Date | DateTime) -> Value:
    """The English name of the month, such as "January", as a text."""
    return _MONTHS[_day(date).month - 1]


@builtin("week of year(date: date | date and time)")
def week_of_year(run: Run, date: Date | DateTime) -> Value:
    """The number of the week by ISO 8601, from 1 to 53."""
    run.spend(_CALENDAR_FUEL)
    return _day(date).week_of_year


@builtin("last day of month(date: date | date and time)")
def last_day_of_month(_run: Run, date: Date | DateTime) -> Value:
    """The last day of the same month."""
    day = _day(date)
    return Date(day.year, day.month, temporal.days_in_month(day.year, day.month))


# Cycles of timers, as Zeebe offers them


@builtin("cycle(interval: days duration | months duration)")
def cycle(_run: Run, interval: DaysDuration | MonthsDuration) -> Value:
    """The text of a timer's endless cycle, such as `R/PT1H` (ISO 8601)."""
    return f"R/{interval}"


@builtin("cycle(repetitions: number | null, interval: days duration | months duration)")
def cycle_of_repetitions(
    run: Run, repetitions: numbers.Number | None, interval: DaysDuration | MonthsDuration
) -> Value:
    """The text of a timer's cycle, such as `R3/PT1H` (ISO 8601); null repetitions make it endless.

    Null, with a warning, for a number of repetitions that is no whole one.
    """
    times = numbers.as_int(repetitions)
    if repetitions is not None and (times is None or not 0 <= times < numbers.BOUND):
        return run.warn(
            "wrong value", f"cycle takes a whole number of repetitions; found {numbers.shown(repetitions)}"
        )
    return f"R{'' if times is None else times}/{interval}"


# Unix time, as Camunda offers it


@builtin("from unix timestamp(timestamp: number)")
def from_unix_timestamp(run: Run, seconds: numbers.Number) -> Value:
    """The moment so many seconds after 1970-01-01T00:00:00Z, in UTC.

    Null, with a warning, beyond FEEL's years.
    """
    run.spend(_CALENDAR_FUEL)
    nanoseconds = numbers.multiply(seconds, SECOND_NS)
    moment = None if nanoseconds is None else DateTime.of_nanoseconds(numbers.truncated(nanoseconds), UTC)
    return _value_or_warning(run, moment, "seconds since 1970-01-01T00:00:00Z, within the years of FEEL")


@builtin("to unix timestamp(date and time: date and time)")
def to_unix_timestamp(_run: Run, moment: DateTime) -> Value:
    """The seconds since 1970-01-01T00:00:00Z, with their fraction; a local moment counts as UTC."""
    return numbers.whole(Decimal(moment.instant) / SECOND_NS)
