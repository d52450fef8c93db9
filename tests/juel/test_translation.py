"""What of JUEL is translated, and what is refused."""

from time import process_time

import pytest

from counterflow import feel
from counterflow.juel import translation as juel


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${amount}", "amount"),
        ("  #{ order.customer.name } ", "order.customer.name"),
        ("${items[0].price}", "items[1].price"),
        ("${order['full name']}", "order.`full name`"),
        ("${order.in}", "order.`in`"),
        ("${a$b}", "`a$b`"),
        ("${kunde.größe}", "kunde.größe"),
        ("${kunde.gro\u0308ße > 3}", "kunde.gro\u0308ße > 3"),
        ("${ग्राहक.नाम}", "ग्राहक.नाम"),
        ("${日本['値 1']}", "日本.`値 1`"),
        ("${ª}", "`ª`"),
        ("${'it\\'s'}", '"it\'s"'),
        ('${"say \\"hi\\""}', '"say \\"hi\\""'),
        ("${'a\\\\b'}", '"a\\\\b"'),
        ("${true}", "true"),
        ("${-1.5}", "-1.5"),
        ("${amount > 100}", "amount > 100"),
        ("${amount gt 100}", "amount > 100"),
        ("${a eq 'x'}", 'a = "x"'),
        ("${a == null}", "a = null"),
        ("${a ne b}", "a != b"),
        ("${a le 1 or b lt 2}", "a <= 1 or b < 2"),
        ("${a && b || c}", "a and b or c"),
        ("${a && (b || c)}", "a and (b or c)"),
        ("${!approved}", "not(approved)"),
        ("${not a && b}", "not(a) and b"),
        ("${!(a > 1)}", "not((a > 1))"),
        ("${!!a}", "not(not(a))"),
        ("${a < b == true}", "(a < b) = true"),
        ("${empty items}", 'list contains([null, "", [], {}], items)'),
        ("${!empty items}", 'not(list contains([null, "", [], {}], items))'),
        ("${a == '${b}'}", 'a = "${b}"'),
        ("${a + b * 2}", "a + b * 2"),
        ("${(a + b) * 2}", "(a + b) * 2"),
        ("${a - b - c}", "a - b - c"),
        ("${a / 4 div b}", "a / 4 / b"),
        ("${-a + 1}", "-a + 1"),
        ("${- -a}", "-(-a)"),
        ("${total * 1.1 > limit - 5}", "total * 1.1 > limit - 5"),
        ("${'order ' + id}", '"order " + id'),
        ("${vip ? total * 0.9 : total}", "if vip then total * 0.9 else total"),
        ("${a ? 1 : b ? 2 : 3}", "if a then 1 else if b then 2 else 3"),
        ("${(a ? 1 : 2) + 1}", "(if a then 1 else 2) + 1"),
        ("${empty a ? 'none' : a[0]}", 'if list contains([null, "", [], {}], a) then "none" else a[1]'),
    ],
)
def test_translations(text: str, expected: str) -> None:
    assert juel.translate(text) == expected
    feel.compile(expected)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${execution.getVariable('a') == 2}", True),
        ("${execution.hasVariable('nothing')}", False),
        ("${execution.processBusinessKey}", "K-1"),
        ("#{execution.getProcessBusinessKey()}", "K-1"),
        ("${name.equals('Ada')}", True),
        ("${'ADA'.equalsIgnoreCase(name)}", True),
        ("${items.size()}", 3),
        ("${items.isEmpty() || none.isEmpty()}", True),
        ("${items.get(1)}", 20),
        ("${items.get(a)}", 30),
        ("${items[a - 1]}", 20),
        ("${order.get('name of it')}", "it"),
        ("${order.get(key)}", 7),
        ("${order[key]}", 7),
        ("${order.containsKey('total')}", True),
        ("${items.contains(20)}", True),
        ("${name.contains('d')}", True),
        ("${name.length() + name.indexOfNothing}", None),
        ("${name.toUpperCase().startsWith('AD')}", True),
        ("${name.substring(1)}", "da"),
        ("${name.substring(0, a)}", "Ad"),
        ("${S(order).prop('total').numberValue()}", 7),
        ("${S(order).jsonPath('$.total').value()}", 7),
        ("${S(order).hasProp('nothing')}", False),
        ("${JSON(order).prop('lines').elements().get(0)}", "first"),
        ("${(a).toString()}", "2"),
    ],
)
def test_calls_that_have_a_counterpart(text: str, expected: feel.Value) -> None:
    variables: dict[str, feel.Value] = {
        "a": 2,
        "businessKey": "K-1",
        "name": "Ada",
        "items": [10, 20, 30],
        "none": None,
        "key": "total",
        "order": {"total": 7, "name of it": "it", "lines": ["first"]},
    }
    assert feel.compile(juel.translate(text)).evaluate(variables).value == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${now()}", "now()"),
        ("${dateTime().plusWeeks(1).toDate()}", '(now() + duration("P7D"))'),
        ("${dateTime().plusDays(days)}", '(now() + (days) * duration("P1D"))'),
        ("${dateTime().minusMinutes(90)}", '(now() - duration("PT90M"))'),
    ],
)
def test_times_are_counted_from_now(text: str, expected: str) -> None:
    assert juel.translate(text) == expected
    feel.compile(expected)


@pytest.mark.parametrize(
    "text, found, instead",
    [
        ("${bean.method()}", "a call of `.method(…)`", "a job worker"),
        ("${order.getTotal()}", "a call of `.getTotal(…)`", "`order.total` in FEEL"),
        ("${order.isPaid()}", "a call of `.isPaid(…)`", "`order.paid` in FEEL"),
        ("${f(a)}", "a call of `f(…)`", "a function of FEEL"),
        ("${execution.getVariable(a)}", "what FEEL does not say", "the variable's name itself"),
        ("${execution.processInstanceId}", "`execution.processInstanceId`", "a variable that holds"),
        ("${S(a).jsonPath('$..b').value()}", "what FEEL does not say", "a path of names"),
        ("${a" + ".contains(a)" * 20 + "}", "calls upon calls", "a simpler expression"),
        ("${a % 2}", "the remainder operator", "modulo(a, b)"),
        ("${a mod 2}", "the remainder operator", "modulo(a, b)"),
        ("${a = 1}", "an assignment", "== to compare"),
        ("${fn:length(a)}", "a namespaced function", "a FEEL function"),
        ("${a < b < c}", "a chain of comparisons", "`and`"),
        ("${}", "no value where one is due", "a complete expression"),
        ("${a ==}", "no value where one is due", "a complete expression"),
        ("${a b}", "`b`", "an expression in FEEL"),
        ("${a ? 1}", "no value where one is due", "a complete expression"),
        ("${a +}", "no value where one is due", "a complete expression"),
        ("${" + "a ? " * 1000 + "b}", "more than 50 levels of nesting", "a simpler expression"),
        ("${a; b}", "`;`", "an expression in FEEL"),
        ("${a ~ b}", "the character '~'", "an expression in FEEL"),
        ("${a instanceof b}", "`instanceof`", "instance of in FEEL"),
        ("${" + "!" * 1000 + "a}", "more than 50 levels of nesting", "a simpler expression"),
        ("${" + "(" * 1000 + "a}", "more than 50 levels of nesting", "a simpler expression"),
        ("order ${id}", "'order ${id}'", "put texts together in FEEL"),
        ("${a}-${b}", "'${a}-${b}'", "put texts together in FEEL"),
        ("amount", "'amount'", "one expression ${...}"),
    ],
)
def test_what_is_refused_says_what_to_write(text: str, found: str, instead: str) -> None:
    with pytest.raises(juel.JuelUnsupported) as caught:
        juel.translate(text)
    assert found in str(caught.value)
    assert instead in str(caught.value)


@pytest.mark.parametrize(
    "value, expected",
    [
        (None, True),
        ("", True),
        ([], True),
        ({}, True),
        ("a", False),
        ([1], False),
        ({"a": 1}, False),
        (0, False),
        (False, False),
    ],
)
def test_empty_means_what_it_means_in_juel(value: feel.Value, expected: bool) -> None:
    assert feel.compile(juel.translate("${empty x}")).evaluate({"x": value}).value is expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${a + b * 2}", 20),
        ("${(a - b) / 5}", 1),
        ("${a > b ? a : b}", 10),
        ("${-a + b}", -5),
        ("${a * 1.5 == 15}", True),
        ("${n + 1}", None),
    ],
)
def test_arithmetic_means_what_it_means_in_juel(text: str, expected: feel.Value) -> None:
    assert feel.compile(juel.translate(text)).evaluate({"a": 10, "b": 5, "n": None}).value == expected


def test_a_translation_that_is_refused_by_feel_is_a_defect() -> None:
    for text in (
        "${a ? b : c == d && e}",
        "${!(a ? b : c)}",
        "${a + (b ? 1 : 2) * 3 < 4}",
        "${x == (y ? 1 : 2)}",
    ):
        feel.compile(juel.translate(text))


@pytest.mark.parametrize(
    "text",
    ["${now().plusDays(%s)}", "${a[%s]}", "${a.get(%s)}"],
)
def test_a_whole_number_as_long_as_a_file_is_refused(text: str) -> None:
    with pytest.raises(juel.JuelUnsupported, match="a number of at most 18 digits"):
        juel.translate(text % ("9" * 5_000))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${flag.equals(a || b)}", False),
        ("${flag.equals(a == b)}", True),
        ("${S(a || b).equals(true)}", True),
        ("${flag.equals(a ? b : a)}", True),
    ],
)
def test_an_argument_is_a_whole_whatever_it_holds(text: str, expected: bool) -> None:
    values: dict[str, feel.Value] = {"flag": False, "a": True, "b": False}
    assert feel.compile(juel.translate(text)).evaluate(values).value is expected


@pytest.mark.parametrize("name", ["", "a` + other + `b"])
def test_the_name_of_a_variable_stays_a_name(name: str) -> None:
    with pytest.raises(juel.JuelUnsupported, match="a name without back-ticks"):
        juel.translate(f"${{execution.getVariable('{name}')}}")


def test_an_expression_is_no_longer_than_a_person_writes() -> None:
    with pytest.raises(juel.JuelUnsupported, match="at most 20000 characters, found 2000003"):
        juel.translate(f"${{{'a+' * 1_000_000}}}")


def test_a_string_without_an_end_is_looked_through_once() -> None:
    quotes = "\\'" * 9_000
    began = process_time()
    for _ in range(20):
        with pytest.raises(juel.JuelUnsupported, match="the character"):
            juel.translate(f"${{'{quotes}}}")
    assert process_time() - began < 5, "two seconds each when every quote was tried as a beginning"
