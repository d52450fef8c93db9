"""Arithmetic over all kinds (DMN 1.5, tables 48 to 53): a table per operator, by the kinds of its operands.

The compiler handles two whole numbers by itself; what arrives here is everything else. No row, or no result:
null and a warning.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from counterflow.feel import numbers, temporal
from counterflow.feel.run import Run, Value
from counterflow.feel.temporal import DAY_NS, SECOND_NS, Date, DateTime, DaysDuration, MonthsDuration, Time
from counterflow.feel.values import ZONE_FUEL, a_kind, has_named_zone

OperatorTable = dict[tuple[type, type], Callable[[Any, Any], Value]]


def _numeric(operation: Callable[[Any, Any], Value]) -> OperatorTable:
    return {(left, right): operation for left in (int, Decimal) for right in (int, Decimal)}


def _scaling(kind: type, operation: Callable[[Any, Any], Value]) -> OperatorTable:
    return {(kind, int): operation, (kind, Decimal): operation}


def _swapped(table: OperatorTable) -> OperatorTable:
    return {(right, left): _reversed(operation) for (left, right), operation in table.items()}


def _reversed(operation: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
    return lambda left, right: operation(right, left)


# Moments and durations


def _midnight(date: Date) -> DateTime:
    return DateTime(date, Time(0, 0, 0, 0, temporal.UTC))


def _date_plus_days(date: Date, duration: DaysDuration) -> Date | None:
    return Date.of_days((date.days * DAY_NS + duration.nanoseconds) // DAY_NS)


def _date_minus_days(date: Date, duration: DaysDuration) -> Date | None:
    return _date_plus_days(date, DaysDuration(-duration.nanoseconds))


def _time_plus_days(time: Time, duration: DaysDuration) -> Time:
    return Time.of_nanoseconds(time.nanoseconds + duration.nanoseconds, time.zone)


def _time_minus_days(time: Time, duration: DaysDuration) -> Time:
    return Time.of_nanoseconds(time.nanoseconds - duration.nanoseconds, time.zone)


def _between_times(left: Time, right: Time) -> DaysDuration | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return DaysDuration(left.instant - right.instant)


def _between_moments(left: DateTime, right: DateTime) -> DaysDuration | None:
    if (left.time.zone is None) != (right.time.zone is None):
        return None
    return temporal.days_duration(left.instant - right.instant)


def _scale(value: int, factor: numbers.Number) -> int | None:
    product = numbers.multiply(value, factor)
    return None if product is None else numbers.truncated(product)


def _share(value: int, divisor: numbers.Number) -> int | None:
    quotient = numbers.divide(value, divisor)
    return None if quotient is None else numbers.truncated(quotient)


def _times_days(duration: DaysDuration, factor: numbers.Number) -> DaysDuration | None:
    product = _scale(duration.nanoseconds, factor)
    return None if product is None else temporal.days_duration(product)


def _times_months(duration: MonthsDuration, factor: numbers.Number) -> MonthsDuration | None:
    product = _scale(duration.months, factor)
    return None if product is None else temporal.months_duration(product)


def _days_by(duration: DaysDuration, divisor: numbers.Number) -> DaysDuration | None:
    quotient = _share(duration.nanoseconds, divisor)
    return None if quotient is None else temporal.days_duration(quotient)


def _months_by(duration: MonthsDuration, divisor: numbers.Number) -> MonthsDuration | None:
    quotient = _share(duration.months, divisor)
    return None if quotient is None else temporal.months_duration(quotient)


_SCALED: Final[OperatorTable] = {
    **_scaling(DaysDuration, _times_days),
    **_scaling(MonthsDuration, _times_months),
}

_SHIFTED: Final[OperatorTable] = {
    (Date, DaysDuration): _date_plus_days,
    (Date, MonthsDuration): lambda date, duration: date.plus_months(duration.months),
    (Time, DaysDuration): _time_plus_days,
    (DateTime, DaysDuration): lambda moment, duration: moment.plus(duration.nanoseconds),
    (DateTime, MonthsDuration): lambda moment, duration: moment.plus_months(duration.months),
}

ADDITION: Final[OperatorTable] = {
    **_numeric(numbers.add),
    **_SHIFTED,
    **_swapped(_SHIFTED),
    (DaysDuration, DaysDuration): lambda left, right: temporal.days_duration(
        left.nanoseconds + right.nanoseconds
    ),
    (MonthsDuration, MonthsDuration): lambda left, right: temporal.months_duration(
        left.months + right.months
    ),
}
SUBTRACTION: Final[OperatorTable] = {
    **_numeric(numbers.subtract),
    (Date, Date): lambda left, right: temporal.days_duration((left.days - right.days) * DAY_NS),
    (Date, DateTime): lambda left, right: _between_moments(_midnight(left), right),
    (DateTime, Date): lambda left, right: _between_moments(left, _midnight(right)),
    (DateTime, DateTime): _between_moments,
    (Time, Time): _between_times,
    (Date, DaysDuration): _date_minus_days,
    (Date, MonthsDuration): lambda date, duration: date.plus_months(-duration.months),
    (Time, DaysDuration): _time_minus_days,
    (DateTime, DaysDuration): lambda moment, duration: moment.plus(-duration.nanoseconds),
    (DateTime, MonthsDuration): lambda moment, duration: moment.plus_months(-duration.months),
    (DaysDuration, DaysDuration): lambda left, right: temporal.days_duration(
        left.nanoseconds - right.nanoseconds
    ),
    (MonthsDuration, MonthsDuration): lambda left, right: temporal.months_duration(
        left.months - right.months
    ),
}
MULTIPLICATION: Final[OperatorTable] = {**_numeric(numbers.multiply), **_SCALED, **_swapped(_SCALED)}
DIVISION: Final[OperatorTable] = {
    **_numeric(numbers.divide),
    **_scaling(DaysDuration, _days_by),
    **_scaling(MonthsDuration, _months_by),
    (DaysDuration, DaysDuration): lambda left, right: numbers.divide(left.nanoseconds, right.nanoseconds),
    (MonthsDuration, MonthsDuration): lambda left, right: numbers.divide(left.months, right.months),
}
EXPONENTIATION: Final[OperatorTable] = _numeric(numbers.power)

TABLES: Final = {"+": ADDITION, "-": SUBTRACTION, "*": MULTIPLICATION, "/": DIVISION, "**": EXPONENTIATION}

NEGATION: Final[dict[type, Callable[[Any], Value]]] = {
    int: numbers.negate,
    Decimal: numbers.negate,
    DaysDuration: lambda duration: DaysDuration(-duration.nanoseconds),
    MonthsDuration: lambda duration: MonthsDuration(-duration.months),
}

# Properties of values that are no contexts (DMN 1.5, table 65)


def _signed(duration: DaysDuration, part: int) -> int:
    value = duration.parts()[part]
    return -value if duration.nanoseconds < 0 else value


def _duration_seconds(duration: DaysDuration) -> numbers.Number:
    whole, fraction = _signed(duration, 3), abs(duration.nanoseconds) % SECOND_NS
    return (
        whole
        if not fraction
        else whole + Decimal(-fraction if duration.nanoseconds < 0 else fraction) / SECOND_NS
    )


def _months_part(duration: MonthsDuration, years: bool) -> int:
    parts = divmod(abs(duration.months), 12)
    value = parts[0] if years else parts[1]
    return -value if duration.months < 0 else value


def _seconds(time: Time) -> numbers.Number:
    return time.second if not time.nanosecond else Decimal(time.second) + Decimal(time.nanosecond) / SECOND_NS


def _offset(moment: Time | DateTime) -> DaysDuration | None:
    offset = moment.offset_seconds
    return None if offset is None else DaysDuration(offset * SECOND_NS)


def _zone_name(time: Time) -> str | None:
    return time.zone.name or None if time.zone else None


def _of_part(part: str, read: Callable[[Any], Value]) -> Callable[[DateTime], Value]:
    return lambda moment: read(moment.date if part == "date" else moment.time)


Properties = dict[str, Callable[[Any], Value]]

_OF_DATE: Final[Properties] = {
    "year": lambda date: date.year,
    "month": lambda date: date.month,
    "day": lambda date: date.day,
    "weekday": lambda date: date.weekday,
}
_OF_TIME: Final[Properties] = {
    "hour": lambda time: time.hour,
    "minute": lambda time: time.minute,
    "second": _seconds,
    "time offset": _offset,
    "timezone": _zone_name,
}
PROPERTIES: Final[dict[type, Properties]] = {
    Date: _OF_DATE,
    Time: _OF_TIME,
    DateTime: {
        **{name: _of_part("date", read) for name, read in _OF_DATE.items()},
        **{name: _of_part("time", read) for name, read in _OF_TIME.items()},
        "time offset": _offset,
    },
    DaysDuration: {
        "days": lambda duration: _signed(duration, 0),
        "hours": lambda duration: _signed(duration, 1),
        "minutes": lambda duration: _signed(duration, 2),
        "seconds": _duration_seconds,
    },
    MonthsDuration: {
        "years": lambda duration: _months_part(duration, True),
        "months": lambda duration: _months_part(duration, False),
    },
}


def calculate(run: Run, operator: str, left: Value, right: Value, function: str = "") -> Value:
    """The value of `left operator right`, by the operator's table; null, with a warning, if it has none.

    `function` is the one that computes for somebody, for the warnings.
    """
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        run.room(len(left) + len(right))
        return left + right
    kinds = type(left), type(right)
    operation = TABLES[operator].get(kinds)
    if operation is None:
        return run.warn(
            "wrong type",
            f"{function and f'{function}: '}`{operator}` has no meaning between {a_kind(left)} and "
            f"{a_kind(right)}",
        )
    if kinds in _NUMBERS and operator != "**":
        run.fuel -= 1
    else:
        run.spend(_price(operator, left, right))
    result = operation(left, right)
    if result is None:
        operands = f"{a_kind(left)} and {a_kind(right)}"
        return run.warn(
            "wrong value",
            f"{function and f'{function}: '}`{operator}` between these two values ({operands}) has no result",
        )
    return result


_NUMBERS: Final = frozenset(_numeric(numbers.add))
_POWER_FUEL: Final = 40
_SMALL_POWER_FUEL: Final = 5
_SMALL_EXPONENT: Final = 16
_CALENDAR_FUEL: Final = 3
"""What the calendar takes: from a date to its day, and back."""


def _price(operator: str, left: Value, right: Value) -> int:
    """What an operation takes that is none of the everyday ones."""
    if operator == "**":
        is_small = type(right) is int and -_SMALL_EXPONENT <= right <= _SMALL_EXPONENT
        return _SMALL_POWER_FUEL if is_small else _POWER_FUEL
    return _CALENDAR_FUEL + sum(
        ZONE_FUEL for value in (left, right) if isinstance(value, Time | DateTime) and has_named_zone(value)
    )


def negate(run: Run, value: Value) -> Value:
    """The value of `-value`; null, with a warning, for what is neither a number nor a duration."""
    if type(value) is int:
        return -value
    run.spend()
    operation = NEGATION.get(type(value))
    if operation is None:
        return run.warn("wrong type", f"`-` takes a number or a duration; found {a_kind(value)}")
    return operation(value)
