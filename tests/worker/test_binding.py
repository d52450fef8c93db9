"""From a job to a handler's arguments, and from what it returns to variables."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from types import MappingProxyType
from typing import Any, Generic, Literal, TypedDict, TypeVar

import msgspec
import pytest

from counterflow_worker import HandlerError, Job, VariablesError
from counterflow_worker.binding import bind, encode_variables
from counterflow_worker.testing import make_job

Item = TypeVar("Item")


class Booking(msgspec.Struct, rename="camel"):
    hotel_city: str
    nights: int = 1


@dataclass
class Guest:
    name: str


class Page(msgspec.Struct, Generic[Item]):
    items: list[Item]


class Colour(Enum):
    RED = "red"


class Row(msgspec.Struct, array_like=True):
    name: str


@dataclass
class Size:
    größe: int  # noqa: PLC2401  # such names are what it is about


class Lengths(TypedDict):
    länge: int  # noqa: PLC2401  # such names are what it is about


class Parcel(msgspec.Struct):
    größen: list[Size]  # noqa: PLC2401  # such names are what it is about
    maße: dict[str, Lengths | None]  # noqa: PLC2401  # such names are what it is about
    innen: "Parcel | None" = None


VARIABLES = {
    "hotelCity": "Bergen",
    "nights": 2,
    "name": "Ada",
    "guest": {"name": "Eve"},
    "items": [1, 2],
    "at": "2030-01-02T03:04:05Z",
}
JOB = make_job("book", VARIABLES)


def nothing() -> None: ...
def the_job(work: Job) -> None: ...
def unannotated_job(job) -> None: ...  # type: ignore[no-untyped-def]  # handlers of scripts are often untyped
def unannotated(name, nights) -> None: ...  # type: ignore[no-untyped-def]  # as above
def struct(booking: Booking) -> None: ...
def data(person: Guest) -> None: ...
def generic(page: Page[int]) -> None: ...
def named(name: str, nights: int) -> None: ...
def with_default(name: str, stars: int = 3) -> None: ...
def keyword_struct(*, guest: Guest) -> None: ...
def everything(job: Job, booking: Booking, person: Guest, name: str, *, guest: Guest) -> None: ...
def moment(at: datetime) -> None: ...


class Method:
    def handle(self, name: str) -> None: ...


@pytest.mark.parametrize(
    "handler,arguments",
    [
        (nothing,         {}),
        (the_job,         {"work": JOB}),
        (unannotated_job, {"job": JOB}),
        (unannotated,     {"name": "Ada", "nights": 2}),
        (struct,          {"booking": Booking("Bergen", 2)}),
        (data,            {"person": Guest("Ada")}),
        (generic,         {"page": Page([1, 2])}),
        (named,           {"name": "Ada", "nights": 2}),
        (with_default,    {"name": "Ada", "stars": 3}),
        (keyword_struct,  {"guest": Guest("Eve")}),
        (everything,      {"job": JOB, "booking": Booking("Bergen", 2), "person": Guest("Ada"), "name": "Ada", "guest": Guest("Eve")}),
        (moment,          {"at": datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)}),
        (Method().handle, {"name": "Ada"}),
        (partial(named, nights=9), {"name": "Ada", "nights": 2}),
    ],
)  # fmt: skip
def test_handler_gets_what_it_names(handler: Callable[..., Any], arguments: dict[str, Any]) -> None:
    assert bind(handler).arguments(JOB) == arguments


@pytest.mark.parametrize(
    "handler,names",
    [
        (nothing,        ()),
        (the_job,        ()),
        (everything,     ()),
        (struct,         ("hotelCity", "nights")),
        (data,           ("name",)),
        (generic,        ("items",)),
        (with_default,   ("name", "stars")),
        (keyword_struct, ("guest",)),
    ],
)  # fmt: skip
def test_handler_fetches_what_it_names_and_all_if_it_takes_the_job(
    handler: Callable[..., Any], names: tuple[str, ...]
) -> None:
    assert bind(handler).fetched() == names


def parcel(parcel: Parcel) -> None: ...
def size(größe: Size) -> None: ...  # noqa: PLC2401  # such names are what it is about
def alone(*, straße: int, maße: Lengths) -> None: ...  # noqa: PLC2401  # such names are what it is about


@pytest.mark.parametrize(
    "handler, variables, expected",
    [
        (size, '{"größe": 1}', {"größe": Size(1)}),
        (alone, '{"straße": 1, "maße": {"länge": 2}}', {"straße": 1, "maße": {"länge": 2}}),
        (
            parcel,
            '{"größen": [{"größe": 1}], "maße": {"a": {"länge": 2}}, "innen": {"größen": [{"gr\\u00f6ße": 3}], "maße": {"b": null}}}',
            {"parcel": Parcel([Size(1)], {"a": {"länge": 2}}, Parcel([Size(3)], {"b": None}))},
        ),
    ],
)
def test_members_are_found_by_names_beyond_ascii(
    handler: Callable[..., Any], variables: str, expected: dict[str, Any]
) -> None:
    # Of texts, because encoding these names would leave behind what the decoder needs.
    job = msgspec.structs.replace(make_job("pack", {}), variables_json=variables)
    assert bind(handler).arguments(job) == expected


def test_default_is_the_same_object_that_the_handler_has() -> None:
    default = [1]

    def handler(numbers: list[int] = default) -> None: ...

    assert bind(handler).arguments(JOB)["numbers"] is default


def star(*args: int) -> None: ...
def double_star(**kwargs: int) -> None: ...
def positional_only(a: int, /) -> None: ...
def unknown_type(a: "NotThere") -> None: ...  # type: ignore[name-defined]  # noqa: F821  the case itself


@pytest.mark.parametrize(
    "handler,found",
    [
        (star, r"star: parameter '\*args: int' cannot be filled from a job; expected `job: Job`"),
        (double_star, r"parameter '\*\*kwargs: int'"),
        (positional_only, r"parameter 'a: int'"),
        (unknown_type, r"names 'NotThere', which the module that holds it does not know; define or import"),
    ],
)
def test_parameter_that_no_job_can_fill_is_refused(handler: Callable[..., Any], found: str) -> None:
    with pytest.raises(HandlerError, match=found):
        bind(handler)


def colour(colour: Colour) -> None: ...
def literal(size: Literal["S", "M"]) -> None: ...


@pytest.mark.parametrize(
    "handler,variables,message",
    [
        (struct,         {"hotelCity": "Bergen", "nights": "2"}, "Expected `int`, got `str` - at `$.nights`"),
        (struct,         {"nights": 2},                          "Object missing required field `hotelCity`"),
        (data,           {"name": None},                         "Expected `str`, got `null` - at `$.name`"),
        (named,          {"name": "Ada"},                        "Object missing required field `nights`"),
        (named,          {"name": 1, "nights": 2},               "Expected `str`, got `int` - at `$.name`"),
        (keyword_struct, {"guest": {"name": 1}},                 "Expected `str`, got `int` - at `$.guest.name`"),
        (generic,        {"items": [1, "two"]},                  "Expected `int`, got `str` - at `$.items[1]`"),
        (colour,         {"colour": "s3cret"},                   "Invalid enum value - at `$.colour`"),
        (literal,        {"size": "s3cret - at `$.x`"},          "Invalid enum value - at `$.size`"),
    ],
)  # fmt: skip
def test_misfit_names_the_field_and_not_its_value(
    handler: Callable[..., Any], variables: dict[str, Any], message: str
) -> None:
    with pytest.raises(VariablesError) as caught:
        bind(handler).arguments(make_job("book", variables))
    assert str(caught.value) == f"variables of task 'book' do not fit its handler: {message}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "value,text",
    [
        (None,                           "{}"),
        ({},                             "{}"),
        ({"a": 1, "b": [None, True]},    '{"a":1,"b":[null,true]}'),
        (MappingProxyType({"a": 2**70}), '{"a":1180591620717411303424}'),
        (Booking("Bergen", 2),           '{"hotelCity":"Bergen","nights":2}'),
        (Guest("Ada"),                   '{"name":"Ada"}'),
        ({"at": datetime(2030, 1, 2, tzinfo=UTC), "price": Decimal("1.10")}, '{"at":"2030-01-02T00:00:00Z","price":"1.10"}'),
        (msgspec.Raw(b'{"as":"it is"}'), '{"as":"it is"}'),
    ],
)  # fmt: skip
def test_result_becomes_variables(value: object, text: str) -> None:
    assert encode_variables(value) == text


def test_a_number_longer_than_python_writes_comes_to_a_handler_and_goes_back() -> None:
    digits = f"3{'0' * 5_000}"
    job = make_job("book", msgspec.Raw(f'{{"hotelCity":"Bergen","nights":{digits}}}'.encode()))
    booking = bind(struct).arguments(job)["booking"]
    assert booking == Booking("Bergen", 3 * 10**5_000)
    assert encode_variables(booking) == f'{{"hotelCity":"Bergen","nights":{digits}}}'
    assert (
        encode_variables({"n": [-booking.nights], "at": datetime(2030, 1, 2, tzinfo=UTC)})
        == f'{{"n":[-{digits}],"at":"2030-01-02T00:00:00Z"}}'
    )


@pytest.mark.parametrize(
    "value,message",
    [
        ([1],             "expected a mapping, a Struct, a dataclass or None as variables, found list"),
        ("text",          "found str"),
        (7,               "found int"),
        (Guest,           "found type"),
        (Row("a"),        "expected variables with names, but Row writes itself as an array"),
        ({"a": object()}, "variables cannot be written as JSON: .*object"),
        ({1.5: object()}, "variables cannot be written as JSON"),
    ],
)  # fmt: skip
def test_result_without_names_is_refused(value: object, message: str) -> None:
    with pytest.raises(VariablesError, match=message):
        encode_variables(value)
