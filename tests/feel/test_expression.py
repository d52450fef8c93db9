"""The public face: compile, evaluate, limits, unary tests."""

import datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
import pytest

from counterflow import feel
from tests.feel.tables import NOW_MS, raw


class Asked:
    """Variables that remember what they were asked for."""

    def __init__(self, **variables: Any) -> None:
        self.variables = variables
        self.names: list[str] = []

    def get(self, name: str, default: Any, /) -> Any:
        self.names.append(name)
        return self.variables.get(name, default)


def test_an_expression_keeps_its_text_and_shows_it() -> None:
    expression = feel.compile("amount > 100")
    assert expression.text == "amount > 100"
    assert repr(expression) == "Expression('amount > 100')"


@pytest.mark.parametrize(
    "text, names",
    [
        ("1 + 2", set()),
        ("amount > limit", {"amount", "limit"}),
        ("order.total", {"order"}),
        ("{a: 1, b: a}.b", set()),
        ("for i in items return i * factor", {"items", "factor"}),
        ("items[price > limit]", {"items", "price", "limit"}),
        ("function(x) x + y", {"y"}),
        ("string length(name)", {"name"}),
        ("some i in 1..3 satisfies i = n", {"n"}),
        ("x in (1, > y)", {"x", "y"}),
        ("custom(1)", {"custom"}),
    ],
)
def test_names_are_the_free_variables(text: str, names: set[str]) -> None:
    assert feel.compile(text).names == names


def test_a_variable_is_asked_for_once_and_only_if_needed() -> None:
    variables = Asked(a=msgspec.Raw(b"1"), b=msgspec.Raw(b"2"))
    assert feel.compile("if a + a = 2 then a else b").evaluate(variables).value == 1
    assert variables.names == ["a"]


@pytest.mark.parametrize(
    "json, value",
    [
        (b"150", 150),
        (b"0.1", Decimal("0.1")),
        (b"1180591620717411303424", 2**70),
        (b'{"a": [1, 2.5, null]}', {"a": [1, Decimal("2.5"), None]}),
        (b'"caf\\u00e9"', "café"),
    ],
)
def test_json_variables(json: bytes, value: object) -> None:
    assert feel.compile("x").evaluate({"x": msgspec.Raw(json)}).value == value


@pytest.mark.parametrize(
    "python, text",
    [
        (1.5, "1.5"),
        ([0.5, (1, 2)], "[0.5, [1, 2]]"),
        ({"a": {"b": 0.1}}, "{a: {b: 0.1}}"),
        (datetime.date(2030, 1, 31), "2030-01-31"),
        (datetime.datetime(2030, 1, 31, 8, 30, tzinfo=datetime.UTC), "2030-01-31T08:30:00Z"),
        (datetime.datetime(2030, 1, 31, 8, 30), "2030-01-31T08:30:00"),
        (datetime.timedelta(days=1, hours=2), "P1DT2H"),
    ],
)
def test_python_variables(python: object, text: str) -> None:
    assert feel.compile("string(x)").evaluate({"x": python}).value == text


@pytest.mark.parametrize("python", [object(), len, feel, float("nan"), float("inf"), b"bytes", {1, 2}])
def test_other_python_objects_stay_outside(python: object) -> None:
    evaluation = feel.compile("x").evaluate({"x": python})
    assert evaluation.value is None
    assert "which is no FEEL" in str(evaluation.warnings[0])


@pytest.mark.parametrize("json", [b"{", b"1e99999", b"9" * 7_000, b"", b"nul"])
def test_unreadable_json_is_null_with_a_warning(json: bytes) -> None:
    evaluation = feel.compile("x").evaluate({"x": msgspec.Raw(json)})
    assert evaluation.value is None
    assert "the variable 'x' cannot be read" in str(evaluation.warnings[0])


HALF: Final = "\ud83d"
"""Of a pair of surrogates: Python can hold it, UTF-8 cannot."""


@pytest.mark.parametrize(
    "text",
    [
        f'"{HALF}"',
        f"{{`{HALF}`: 1}}",
        f"x.`{HALF}`",
        "x",
        "to json(x)",
        'matches(x, "a")',
        "split(x, x)",
        'replace(x, "a|b", x)',
        "from json(x)",
        "upper case(x)",
        '"\\ud83d"',
    ],
)
@pytest.mark.parametrize("variable", [HALF, {HALF: 1}, [HALF], f'"{HALF}"'])
def test_half_of_a_pair_of_surrogates_never_gets_in(text: str, variable: object) -> None:
    evaluation = feel.compile(text).evaluate({"x": variable})
    for said in (
        feel.to_json(evaluation.value).decode(),
        *(warning.message for warning in evaluation.warnings),
    ):
        assert said.encode()


def test_given_names_may_hold_spaces_and_hide_built_ins() -> None:
    expression = feel.compile("full name + count", names=["full name", "count"])
    assert expression.evaluate({"full name": "Ada", "count": "!"}).value == "Ada!"


def test_the_clock_is_the_time_of_the_command() -> None:
    assert str(feel.compile("now()").evaluate({}, now_ms=NOW_MS).value) == "2023-11-14T22:13:20Z"
    assert str(feel.compile("today()").evaluate({}, now_ms=NOW_MS).value) == "2023-11-14"


def test_evaluations_do_not_touch_each_other() -> None:
    expression = feel.compile("missing + x")
    first, second = expression.evaluate({"x": 1}), expression.evaluate({"x": 2, "missing": 3})
    assert len(first.warnings) == 2
    assert (second.value, second.warnings) == (5, ())


def test_warnings_have_a_kind_for_programs_and_words_for_people() -> None:
    (warning,) = feel.compile("missing").evaluate({}).warnings
    assert (warning.kind, str(warning)) == ("unknown name", warning.message)


@pytest.mark.parametrize(
    "text, limits, kind",
    [
        ("for i in 1..11 return i", feel.Limits(fuel=10), "fuel"),
        ("{f: function(n) f(n), r: f(1)}.r", feel.Limits(nesting=20), "nesting"),
        ('"aaaaaaaaaa" + "aaaaaaaaaa"', feel.Limits(result_bytes=15), "size"),
        ("[1, 2, 3, 4, 5]", feel.Limits(result_bytes=15), "size"),
    ],
)
def test_limits_stop_an_evaluation(text: str, limits: feel.Limits, kind: str) -> None:
    evaluation = feel.compile(text, limits=limits).evaluate({})
    assert evaluation.value is None
    assert evaluation.failure is not None
    assert evaluation.failure.kind == kind


def test_fuel_that_just_suffices() -> None:
    assert feel.compile("for i in 1..10 return i", limits=feel.Limits(fuel=14)).evaluate({}).failure is None


@pytest.mark.parametrize(
    "tests, value, expected",
    [
        ("-", 1, True),
        ("1, 2", 2, True),
        ("> 5", 5, False),
        ("[1..3], > 5", 2, True),
        ("not(1, 2)", 3, True),
        ("not(1, 2)", 1, False),
        ('"a", "b"', "b", True),
        ("? > 1 and ? < 3", 2, True),
        ("? > limit", 9, True),
        ("limits", 7, True),
        ("> 5", "a", None),
        ("null", None, True),
    ],
)
def test_unary_tests(tests: str, value: feel.Value, expected: bool | None) -> None:
    variables = raw(limit="5", limits="[7, 8]")
    assert feel.compile_unary_tests(tests).test(value, variables).value is expected


def test_unary_tests_name_their_variables() -> None:
    assert feel.compile_unary_tests("> limit, not(x)").names == {"limit", "x"}
