"""Functions of Java and their twins."""

from __future__ import annotations

import pytest

from tests.feel.tables import answer, cases


def _called(method: str, arguments: str) -> str:
    """The answer of a method, called by a function with as many parameters as there are arguments."""
    place, _, signature = method.partition("(")
    owner, _, name = place.rpartition(".")
    parameters = ", ".join(f"p{index}" for index in range(arguments.count(";") + 1))
    mapping = f'{{java: {{class: "{owner}", method signature: "{name}({signature}"}}}}'
    return answer(f"{{f: function({parameters}) external {mapping}, r: f({arguments.replace(';', ',')})}}.r")


@pytest.mark.parametrize(
    "call, expected",
    cases("""
        java.lang.Math.cos(double): 0                                          => 1
        java.lang.Math.pow(double, double): 2; 10                              => 1024
        java.lang.Math.sqrt(double): 2                                         => 1.4142135623730951
        java.lang.Math.cbrt(double): -27                                       => -3
        java.lang.Math.max(int, int): 1; 2                                     => 2
        java.lang.Math.max(long,long): 1; 2                                    => 2
        java.lang.Math.min(double, double): 1.5; 2                             => 1.5
        java.lang.Math.abs(int): -5                                            => 5
        java.lang.Math.round(double): 2.5                                      => 3
        java.lang.Math.round(double): -2.5                                     => -2
        java.lang.Math.signum(double): -7                                      => -1
        java.lang.Math.signum(double): 0                                       => 0
        java.lang.Math.max(int, int): 1.5; 2                                   => null
        java.lang.Math.max(int, int): true; 2                                  => null
        java.lang.Math.max(int, int): 1                                        => null
        java.lang.Math.max(int): 1                                             => null
        java.lang.Math.sqrt(double): -1                                        => null
        java.lang.Math.log(double): 0                                          => null
        java.lang.Integer.valueOf(java.lang.String): "12"                      => 12
        java.lang.Integer.parseInt(String): "-12"                              => -12
        java.lang.Integer.valueOf(String): "2147483648"                        => null
        java.lang.Long.valueOf(String): "2147483648"                           => 2147483648
        java.lang.Integer.valueOf(String): "12.5"                              => null
        java.lang.Double.valueOf(String): "12.5"                               => 12.5
        java.lang.Double.valueOf(String): "much"                               => null
        java.lang.Integer.valueOf(int): 3                                      => 3
        java.lang.Boolean.valueOf(String): "TRUE"                              => true
        java.lang.Boolean.parseBoolean(String): "yes"                          => false
        java.lang.String.valueOf(java.lang.Object): [1, "a"]                   => "[1, \\"a\\"]"
        java.lang.String.valueOf(char): "a"                                    => "a"
        java.lang.String.valueOf(char): "ab"                                   => null
        java.lang.String.valueOf(boolean): true                                => "true"
        java.lang.String.format(String, Object...): "%s"; "a"                  => "a"
        java.lang.String.format(java.lang.String, [Ljava.lang.Object;): "%s-%s"; ["a", 2]  => "a-2"
        java.lang.String.format(String, java.lang.Object[]): "%s-%s"; "a"; 2   => "a-2"
        java.lang.String.format(String, Object...): "%2$s-%1$s"; "a"; 2        => "2-a"
        java.lang.String.format(String, Object...): "[%5s|%-5s]"; "a"; "b"     => "[    a|b    ]"
        java.lang.String.format(String, Object...): "%.2f"; 2.345              => "2.35"
        java.lang.String.format(String, Object...): "%,d"; 1234567             => "1,234,567"
        java.lang.String.format(String, Object...): "%05d"; 42                 => "00042"
        java.lang.String.format(String, Object...): "%+d"; 42                  => "+42"
        java.lang.String.format(String, Object...): "%x %X"; 255; 255          => "ff FF"
        java.lang.String.format(String, Object...): "%e"; 12345.678            => "1.234568e+04"
        java.lang.String.format(String, Object...): "%b %b"; null; 1           => "false true"
        java.lang.String.format(String, Object...): "100%%"; 1                 => "100%"
        java.lang.String.format(String, Object...): "%s"; null                 => "null"
        java.lang.String.format(String, Object...): "%d"; "a"                  => null
        java.lang.String.format(String, Object...): "%d"; 1.5                  => null
        java.lang.String.format(String, Object...): "%s %s"; "a"               => null
        java.lang.String.format(String, Object...): "%q"; 1                    => null
        java.lang.Math.nothing(double): 1                                      => null
        java.lang.Runtime.exit(int): 1                                         => null
        Math.cos(double): 0                                                    => null
    """),
)
def test_methods(call: str, expected: str) -> None:
    method, _, arguments = call.partition("): ")
    assert _called(f"{method})", arguments) == expected


@pytest.mark.parametrize(
    "mapping",
    [
        "{}",
        "null",
        "1",
        "[]",
        '{java: "java.lang.Math"}',
        '{java: {class: "java.lang.Math"}}',
        '{java: {class: 1, method signature: "("}}',
    ],
)
def test_mappings_that_name_nothing(mapping: str) -> None:
    assert answer(f"function(a) external {mapping}") == "null"


def test_a_mapping_may_use_what_is_around_it() -> None:
    assert (
        answer(
            '{owner: "java.lang.Math", f: function(a) external {class: owner, method signature: "abs(int)"}, r: f(-1)}.r'
        )
        == "1"
    )
