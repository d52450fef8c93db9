"""What of JUEL is translated, and what is refused."""

import pytest

from counterflow import feel
from counterflow.feel import juel


@pytest.mark.parametrize(
    "text, expected",
    [
        ("${amount}", "amount"),
        ("  #{ order.customer.name } ", "order.customer.name"),
        ("${items[0].price}", "items[1].price"),
        ("${order['full name']}", "order.`full name`"),
        ("${order.in}", "order.`in`"),
        ("${a$b}", "`a$b`"),
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
    ],
)
def test_translations(text: str, expected: str) -> None:
    assert juel.translate(text) == expected
    feel.compile(expected)


@pytest.mark.parametrize(
    "text, found, instead",
    [
        ("${bean.method()}", "a method call", "a job worker"),
        ("${execution.getVariable('a')}", "a method call", "a job worker"),
        ("${a ? 1 : 2}", "a ternary", "if ... then ... else ..."),
        ("${a + 1}", "arithmetic", "the same in FEEL"),
        ("${a - 1}", "arithmetic", "the same in FEEL"),
        ("${-a}", "arithmetic", "the same in FEEL"),
        ("${a * 2}", "arithmetic", "the same in FEEL"),
        ("${a div 2}", "arithmetic", "a / b in FEEL"),
        ("${a % 2}", "the remainder operator", "modulo(a, b)"),
        ("${a mod 2}", "the remainder operator", "modulo(a, b)"),
        ("${a = 1}", "an assignment", "== to compare"),
        ("${fn:length(a)}", "a namespaced function", "a FEEL function"),
        ("${a[b]}", "the computed index `b`", "a filter in FEEL"),
        ("${a < b < c}", "a chain of comparisons", "`and`"),
        ("${}", "no value where one is due", "a complete expression"),
        ("${a ==}", "no value where one is due", "a complete expression"),
        ("${a b}", "`b`", "an expression in FEEL"),
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
    with pytest.raises(feel.JuelUnsupported) as caught:
        juel.translate(text)
    assert found in str(caught.value)
    assert instead in str(caught.value)


@pytest.mark.parametrize(
    "value, expected",
    [(None, True), ("", True), ([], True), ({}, True), ("a", False), ([1], False), ({"a": 1}, False), (0, False), (False, False)],
)
def test_empty_means_what_it_means_in_juel(value: feel.Value, expected: bool) -> None:
    assert feel.compile(juel.translate("${empty x}")).evaluate({"x": value}).value is expected
