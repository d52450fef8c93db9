"""What callers want, as commands."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.service.refusals import Invalid
from counterflow.service.requests import (
    LONGEST_MS,
    NESTING,
    VARIABLES,
    activation,
    activations,
    check_tenants,
    creation,
    document,
    duration_ms,
    publication,
)

LIMIT = 2 * 1024 * 1024


def test_activities_have_so_many_variables_together() -> None:
    half = msgspec.json.encode({f"v{number}": 1 for number in range(VARIABLES // 2)}).decode()
    found = activations([("a", half), ("b", half), ("c", "")], LIMIT)
    assert [(activity, len(values)) for activity, values in found] == [("a", 5_000), ("b", 5_000), ("c", 0)]
    with pytest.raises(Invalid, match=r"at most 10000 variables for all activities.*number 3 of them"):
        activations([("a", half), ("b", half), ("c", '{"one":1}')], LIMIT)


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "{}", " { } "])
def test_an_empty_document(text: str) -> None:
    assert document(text, LIMIT) == {}


@pytest.mark.parametrize(
    "text, values",
    [
        ('{"a":1}', {"a": b"1"}),
        ('{"a" : [ 1, 2 ] , "b":null}', {"a": b"[ 1, 2 ]", "b": b"null"}),
        ('{"n":12345678901234567890123}', {"n": b"12345678901234567890123"}),
        ('{"price":10.10}', {"price": b"10.10"}),
        ('{"größe":"✓"}', {"größe": '"✓"'.encode()}),
        ('{"a":1,"a":2}', {"a": b"2"}),
        ('\n{"o":{"x":{}}}\n', {"o": b'{"x":{}}'}),
    ],
)
def test_values_stay_the_text_they_came_as(text: str, values: dict[str, bytes]) -> None:
    assert document(text, LIMIT) == values


@pytest.mark.parametrize(
    "text, words",
    [
        ("[1]", "found an array (byte 0)"),
        ("  7", "found a number (byte 2)"),
        (" null", "found null (byte 1)"),
        ('"x"', "found a string (byte 0)"),
        ('{"a":NaN}', "it is not JSON: invalid character (byte 5)"),
        ('{"a":Infinity}', "(byte 5)"),
        ('{"a":01}', "(byte 6)"),
        ('{"a":1,}', "trailing comma in object (byte 7)"),
        ("{'a':1}", "(byte 1)"),
        ('{"a":1} x', "trailing characters (byte 9)"),
        ('{"a":', "breaks off (byte 5)"),
        ('{"a":"\\ud800"}', "surrogate"),
        ("plain words", "(byte 0)"),
    ],
)
def test_what_is_no_object_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(Invalid, match="one JSON object") as refusal:
        document(text, LIMIT)
    assert words in str(refusal.value)


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_nesting_has_a_limit(brackets: tuple[str, str]) -> None:
    levels = brackets[0].count("[") + brackets[0].count("{")

    def nested(depth: int) -> str:
        return '{"deep":' + brackets[0] * depth + "1" + brackets[1] * depth + "}"

    assert document(nested((NESTING - 1) // levels), LIMIT)
    for depth in (NESTING, 5_000, 200_000):
        with pytest.raises(Invalid, match="nested deeper than 200 levels"):
            document(nested(depth), LIMIT)


def test_variables_have_a_limit() -> None:
    texts = [msgspec.json.encode({f"v{n}": n for n in range(count)}).decode() for count in (10_000, 10_001)]
    assert len(document(texts[0], LIMIT)) == VARIABLES
    with pytest.raises(Invalid, match=r"at most 10000 variables in one document, but found 10001"):
        document(texts[1], LIMIT)


def test_wide_values_and_brackets_in_strings_are_not_deep() -> None:
    text = msgspec.json.encode(
        {"wide": [{"n": [number]} for number in range(1_000)], "text": '[[\\"{' * 1_000}
    ).decode()
    assert set(document(text, LIMIT)) == {"wide", "text"}


def test_three_megabytes_are_refused_and_the_largest_is_named() -> None:
    text = msgspec.json.encode({"small": 1, "scan": "x" * 3 * 1024 * 1024}).decode()
    with pytest.raises(
        Invalid, match=r"at most 2097152 bytes, but they take 3145\d+ \(largest: 'scan' with 3145730\)"
    ):
        document(text, LIMIT)


@pytest.mark.parametrize("tenants", [(), ("",), ("<default>",), ("", "<default>")])
def test_the_default_tenant_is_everybody(tenants: tuple[str, ...]) -> None:
    check_tenants(tenants)


@pytest.mark.parametrize(
    "tenant, words",
    [("red", "multi-tenancy is off"), ("no spaces", "1 to 31 letters"), ("x" * 32, "1 to 31 letters")],
)
def test_other_tenants_are_refused(tenant: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        check_tenants(("<default>", tenant))


@pytest.mark.parametrize(
    "given, kept", [(0, 0), (5, 5), (-7, -7), (2**63 - 1, LONGEST_MS), (-(2**63), -LONGEST_MS)]
)
def test_for_ever_is_a_hundred_years(given: int, kept: int) -> None:
    assert duration_ms(given) == kept


def wish(**fields: Any) -> ActivateJobs:
    return activation(
        **{
            "job_type": "pay",
            "worker": "w",
            "timeout_ms": 1,
            "maximum": 7,
            "fetch_variables": ("a", "b"),
            "tenant_ids": (),
            "message_bytes": 1_000,
            **fields,
        }
    )


def test_a_wish_for_jobs_becomes_a_command() -> None:
    assert wish(timeout_ms=2**62) == ActivateJobs(
        type="pay", worker="w", timeout_ms=LONGEST_MS, maximum=7, fetch_variables=("a", "b"), bytes_left=1_000
    )


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"job_type": ""}, "the type of the jobs"),
        ({"job_type": " "}, "the type of the jobs"),
        ({"timeout_ms": 0}, "a timeout of at least 1 ms for the jobs of type 'pay', but found 0"),
        ({"timeout_ms": -1}, "but found -1"),
        ({"tenant_ids": ["red"]}, "multi-tenancy is off"),
    ],
)
def test_wishes_that_cannot_be_met(fields: dict[str, object], words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        wish(**fields)
    assert words in str(refusal.value)


def beginning_at(elements: int) -> CreateProcessInstance:
    return creation(
        process_id="order", version=-1, definition_key=0, start_at=["pay"] * elements, variables={}
    )


def test_places_to_start_at_have_an_end() -> None:
    assert len(beginning_at(1_000).start_at) == 1_000
    with pytest.raises(Invalid, match="at most 1000 start instructions, but found 1001"):
        beginning_at(1_001)


def published(name: str, time_to_live_ms: int = 0) -> PublishMessage:
    return publication(
        name=name,
        correlation_key="o-1",
        message_id="m",
        time_to_live_ms=time_to_live_ms,
        variables={"a": b"1"},
    )


@pytest.mark.parametrize("asked_ms, kept_ms", [(0, 0), (-5, -5), (3_000, 3_000), (2**63 - 1, LONGEST_MS)])
def test_a_message_becomes_a_command(asked_ms: int, kept_ms: int) -> None:
    assert published("paid", asked_ms) == PublishMessage(
        name="paid", correlation_key="o-1", message_id="m", time_to_live_ms=kept_ms, variables={"a": b"1"}
    )


def test_a_message_has_a_name() -> None:
    with pytest.raises(Invalid, match="the name of the message to publish"):
        published(" ")


def test_very_many_variables_are_refused_before_they_are_read() -> None:
    """Whether or not what is behind them is JSON."""
    many = "{" + '"a":1,' * (VARIABLES + 1)
    for text in (many, many + '"a":1}', many + "[" * 500):
        with pytest.raises(Invalid, match="at most 10000 variables in one document, but found 1000"):
            document(text, LIMIT)
    with pytest.raises(Invalid, match="at most 30000 bytes, but they take 60007; keep"):
        document(many, 30_000)
