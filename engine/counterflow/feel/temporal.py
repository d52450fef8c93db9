"""Dates, times and durations (DMN 1.5, 10.3.2.3.4 to 10.3.2.3.9).

Classes of our own, because Python's end at the year 9999, count microseconds only, and know no time of day in
a named zone. FEEL's years run from -999 999 999 to 999 999 999, in the proleptic Gregorian calendar;
fractions are kept to the nanosecond. What leaves that range is None, never an exception.
"""

import datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

YEAR_BOUND: Final = 999_999_999
DAY_SECONDS: Final = 86_400
SECOND_NS: Final = 1_000_000_000
DAY_NS: Final = DAY_SECONDS * SECOND_NS
_DURATION_BOUND: Final = (2 * YEAR_BOUND + 2) * 366 * DAY_NS
_MONTHS_BOUND: Final = 2**63
_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Zone(msgspec.Struct, frozen=True):
    """A fixed offset from UTC in seconds, or the name of a zone of the tz database."""

    offset_seconds: int = 0
    name: str = ""

    def __str__(self) -> str:
        if self.name:
            return f"@{self.name}"
        if not self.offset_seconds:
            return "Z"
        minutes, seconds = divmod(abs(self.offset_seconds), 60)
        sign = "-" if self.offset_seconds < 0 else "+"
        return f"{sign}{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


UTC: Final = Zone()


class MonthsDuration(msgspec.Struct, frozen=True, order=True):
    """A years and months duration: P1Y6M."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{sign}P{text or '0M'}"


class DaysDuration(msgspec.Struct, frozen=True, order=True):
    """A days and time duration: P1DT2H30M."""

    nanoseconds: int

    @staticmethod
    def of_python(delta: datetime.timedelta) -> "DaysDuration":
        """The duration of a Python timedelta."""
        return DaysDuration(
            (delta.days * DAY_SECONDS + delta.seconds) * SECOND_NS + delta.microseconds * 1000
        )

    def __str__(self) -> str:
        sign = "-" if self.nanoseconds < 0 else ""
        days, hours, minutes, seconds = self.parts()
        fraction = abs(self.nanoseconds) % SECOND_NS
        second_text = f"{seconds}{_fraction(fraction)}S" if seconds or fraction else ""
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + second_text
        date = f"{days}D" if days else ""
        return f"{sign}P{date}{'T' + time if time else ''}" if date or time else "PT0S"

    def parts(self) -> tuple[int, int, int, int]:
        """Days, hours, minutes and whole seconds of the absolute value."""
        minutes, seconds = divmod(abs(self.nanoseconds) // SECOND_NS, 60)
        hours, minutes = divmod(minutes, 60)
        return hours // 24, hours % 24, minutes, seconds


class Date(msgspec.Struct, frozen=True, order=True):
    """A day of the calendar; its order is that of time."""

    year: int
    month: int
    day: int

    @staticmethod
    def of(year: int, month: int, day: int) -> "Date | None":
        """The date of a year, month and day; None if the calendar has no such day."""
        valid = abs(year) <= YEAR_BOUND and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)
        return Date(year, month, day) if valid else None

    @staticmethod
    def of_days(days: int) -> "Date | None":
        """The date so many days after 1970-01-01; None beyond FEEL's years."""
        era, day_of_era = divmod(
            days + 719_468, 146_097
        )  # years begin in March here, so that the leap day is the last one
        year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
        day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
        shifted = (5 * day_of_year + 2) // 153
        month = shifted + 3 if shifted < 10 else shifted - 9
        year = year_of_era + era * 400 + (month <= 2)
        return Date.of(year, month, day_of_year - (153 * shifted + 2) // 5 + 1)

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        year = self.year - (self.month <= 2)
        day_of_year = (153 * (self.month + (-3 if self.month > 2 else 9)) + 2) // 5 + self.day - 1
        year_of_era = year % 400
        return (
            year // 400 * 146_097
            + year_of_era * 365
            + year_of_era // 4
            - year_of_era // 100
            + day_of_year
            - 719_468
        )

    @property
    def weekday(self) -> int:
        """The number of the weekday: 1 is Monday, 7 is Sunday."""
        return (self.days + 3) % 7 + 1

    @property
    def day_of_year(self) -> int:
        """The number of the day in its year, from 1."""
        return self.days - Date(self.year, 1, 1).days + 1

    @property
    def week_of_year(self) -> int:
        """The number of the week by ISO 8601: it belongs to the year of its Thursday."""
        thursday = Date.of_days(self.days + 4 - self.weekday) or self
        return (thursday.day_of_year - 1) // 7 + 1

    def plus_months(self, months: int) -> "Date | None":
        """The same day so many months later, or that month's last day; None beyond FEEL's years."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Date.of(year, month + 1, min(self.day, days_in_month(year, month + 1)))

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04}-{self.month:02}-{self.day:02}"


class Time(msgspec.Struct, frozen=True):
    """A time of day; `zone` is None for a local one."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    zone: Zone | None = None

    @staticmethod
    def of(
        hour: int, minute: int, second: int, nanosecond: int = 0, zone: Zone | None = None
    ) -> "Time | None":
        """The time of day of its parts; None if one is out of its range."""
        valid = 0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= nanosecond < SECOND_NS
        return Time(hour, minute, second, nanosecond, zone) if valid else None

    @staticmethod
    def of_nanoseconds(nanoseconds: int, zone: Zone | None) -> "Time":
        """The time of day so long after midnight; whole days are dropped."""
        seconds, nanosecond = divmod(nanoseconds % DAY_NS, SECOND_NS)
        return Time(seconds // 3600, seconds // 60 % 60, seconds % 60, nanosecond, zone)

    @property
    def nanoseconds(self) -> int:
        """Nanoseconds since midnight."""
        return (self.hour * 3600 + self.minute * 60 + self.second) * SECOND_NS + self.nanosecond

    @property
    def offset_seconds(self) -> int | None:
        """Seconds east of UTC; None for a local time.

        A named zone has no offset without a date, so its offset of 1970-01-01 stands for it.
        """
        return None if self.zone is None else zone_offset(self.zone, Date(1970, 1, 1), self)

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight UTC, for comparing; a local time counts as it stands."""
        return self.nanoseconds - (self.offset_seconds or 0) * SECOND_NS

    def __str__(self) -> str:
        return (
            f"{self.hour:02}:{self.minute:02}:{self.second:02}{_fraction(self.nanosecond)}{self.zone or ''}"
        )


class DateTime(msgspec.Struct, frozen=True):
    """A date and time; its zone is that of `time`."""

    date: Date
    time: Time

    @staticmethod
    def of_epoch_ms(now_ms: int) -> "DateTime":
        """The moment so many milliseconds after the epoch, in UTC. Raises ValueError beyond FEEL's years."""
        moment = DateTime.of_nanoseconds(now_ms * 1_000_000, UTC)
        if moment is None:
            raise ValueError(f"expected epoch milliseconds, found {now_ms}")
        return moment

    @staticmethod
    def of_nanoseconds(nanoseconds: int, zone: Zone | None) -> "DateTime | None":
        """The wall clock reading so long after 1970-01-01T00:00:00; None beyond FEEL's years."""
        days, rest = divmod(nanoseconds, DAY_NS)
        date = Date.of_days(days)
        return None if date is None else DateTime(date, Time.of_nanoseconds(rest, zone))

    @staticmethod
    def of_python(moment: datetime.datetime) -> "DateTime":
        """The moment of a Python datetime, with its offset from UTC if it has one."""
        offset = moment.utcoffset()
        zone = None if offset is None else Zone(int(offset.total_seconds()))
        time = Time(moment.hour, moment.minute, moment.second, moment.microsecond * 1000, zone)
        return DateTime(Date(moment.year, moment.month, moment.day), time)

    @property
    def nanoseconds(self) -> int:
        """Nanoseconds from 1970-01-01T00:00:00 by the wall clock."""
        return self.date.days * DAY_NS + self.time.nanoseconds

    @property
    def offset_seconds(self) -> int | None:
        """Seconds east of UTC at that moment; None for a local one."""
        return None if self.time.zone is None else zone_offset(self.time.zone, self.date, self.time)

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z; a local date and time counts as UTC."""
        return self.nanoseconds - (self.offset_seconds or 0) * SECOND_NS

    def at(self, zone: Zone) -> "DateTime | None":
        """The same moment on the clocks of another zone; None beyond FEEL's years."""
        utc = DateTime.of_nanoseconds(self.instant, UTC)
        if utc is None:
            return None
        offset = zone_offset(zone, utc.date, utc.time, utc=True)
        return DateTime.of_nanoseconds(self.instant + offset * SECOND_NS, zone)

    def plus_months(self, months: int) -> "DateTime | None":
        """The same time of the same day so many months later; None beyond FEEL's years."""
        date = self.date.plus_months(months)
        return None if date is None else DateTime(date, self.time)

    def plus(self, nanoseconds: int) -> "DateTime | None":
        """The moment so many nanoseconds later, in the same zone; None beyond FEEL's years."""
        zone = self.time.zone
        if zone is None or not zone.name:
            return DateTime.of_nanoseconds(self.nanoseconds + nanoseconds, zone)
        later = DateTime.of_nanoseconds(self.instant + nanoseconds, UTC)
        return None if later is None else later.at(zone)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


KINDS: Final = (Date, Time, DateTime, DaysDuration, MonthsDuration)


def days_in_month(year: int, month: int) -> int:
    """The number of days of a month."""
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + leap


def days_duration(nanoseconds: int) -> DaysDuration | None:
    """The days and time duration of so many nanoseconds; None beyond twice FEEL's years."""
    return DaysDuration(nanoseconds) if abs(nanoseconds) <= _DURATION_BOUND else None


def months_duration(months: int) -> MonthsDuration | None:
    """The years and months duration of so many months; None beyond 2 ** 63 of them."""
    return MonthsDuration(months) if abs(months) <= _MONTHS_BOUND else None


def months_between(start: Date, end: Date) -> int:
    """Whole months from one date to another, towards zero; negative if that is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        return months - 1
    return months + 1 if months < 0 and end.day > start.day else months


@lru_cache(maxsize=1024)
def named_zone(name: str) -> ZoneInfo | None:
    """The zone of that name in the tz database; None if there is none."""
    # A name that is none is looked for in many files, so the list is asked first.
    try:
        return ZoneInfo(name) if name in _zones() else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def _zones() -> frozenset[str]:
    """The names of all zones of the tz database."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def zone_offset(zone: Zone, date: Date, time: Time, *, utc: bool = False) -> int:
    """Seconds east of UTC at a reading of the zone's clocks, or with `utc` at a reading of UTC."""
    information = named_zone(zone.name) if zone.name else None
    if information is None:
        return zone.offset_seconds
    # The calendar repeats after 400 years, and zones have no rules of their own outside Python's years.
    year = date.year if 1900 <= date.year <= 9000 else 2000 + date.year % 400
    naive = datetime.datetime(year, date.month, date.day, time.hour, time.minute, time.second)
    local = (
        naive.replace(tzinfo=datetime.UTC).astimezone(information)
        if utc
        else naive.replace(tzinfo=information)
    )
    offset = local.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _fraction(nanosecond: int) -> str:
    return f".{nanosecond:09}".rstrip("0") if nanosecond else ""
