"""Expressions that mean harm, as data: the tests ask how each ends, the benchmarks how long the worst of them
takes.
"""

from __future__ import annotations

from typing import Final

import msgspec

from counterflow import feel
from tests.feel.tables import cases

LONG: Final = "a" * 1_000_000
_DOUBLING: Final = ", ".join(f"s{n}: s{n - 1} + s{n - 1}" for n in range(1, 60))
_TREE: Final = ", ".join(f"t{n}: [t{n - 1}, t{n - 1}]" for n in range(1, 60))

ENDING: Final = cases(r"""
    # loops that never seem to end
    for i in 1..1000000000 return i                                                 => failure: fuel
    for i in 1..(10 ** 6000) return i                                               => failure: fuel
    for i in (10 ** 33)..1 return i                                                 => failure: fuel
    for i in 1..100000, j in 1..100000 return i                                     => failure: fuel
    for i in 1..1000000000 return partial                                           => failure: fuel
    some i in 1..1000000000 satisfies false                                         => failure: fuel
    every i in 1..1000000000 satisfies true                                         => failure: fuel
    some i in 1..99999, j in 1..99999, k in 1..99999 satisfies i + j + k < 0        => failure: fuel
    count(for i in [1..1000000000] return i)                                        => failure: fuel
    for d in @"0001-01-01"..@"999999999-12-31" return d                             => failure: fuel
    {a: for i in 1..9999 return i, b: a[item in a]}.b                               => failure: fuel
    {a: for i in 1..9999 return i, b: distinct values(for i in a return [i])}.b     => failure: fuel
    {a: for i in 1..9999 return i, b: a[list contains(a, -item)]}.b                 => failure: fuel
    # functions that call themselves
    {f: function(n) f(n + 1), r: f(1)}.r                                            => failure: nesting
    {f: function(n) [f(n)], r: f(1)}.r                                              => failure: nesting
    {f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(40)}.r           => failure: fuel
    (function(x) x(x))(function(x) x(x))                                            => failure: nesting
    sort(for i in 1..90000 return -i, function(a, b) a < b)                         => failure: fuel
    # lists that grow
    {a: for i in 1..99999 return i, b: for i in a return concatenate(a, a)}.b         => failure: fuel
    {a: for i in 1..999 return i, b: for i in a return a, c: flatten(b)}.c          => failure: fuel
    {a: for i in 1..9999 return i, b: for i in a return append(a, i)}.b             => failure: fuel
    {a: for i in 1..9999 return i, b: for i in a return remove(a, i)}.b             => failure: fuel
    {a: for i in 1..9999 return i, b: for i in a return reverse(a)}.b               => failure: fuel
    for i in 1..100000 return [i, i, i, i]                                          => failure: fuel
    for i in 1..100000 return {a: i, b: i, c: i}                                    => failure: fuel
    # depth that comes from running
    {f: function(n) if n = 0 then [] else [f(n - 1)], r: f(150)}.f(150) = 1         => null
    for i in 0..300 return if i = 0 then [] else [partial[-1]]                      => failure: nesting
    # numbers
    9 ** (9 ** 9)                                                                   => null
    -1 ** 0.5                                                                       => null
    10 ** 6144 * 10                                                                 => null
    0 ** -1                                                                         => null
    exp(100000)                                                                     => null
    sqrt(-1)                                                                        => null
    log(0)                                                                          => null
    modulo(1, 0)                                                                    => null
    modulo(10 ** 6000, 0.1)                                                         => null
    decimal(1, 10 ** 100)                                                           => null
    [1][10 ** 6000]                                                                 => null
    substring("abc", 10 ** 6000)                                                    => null
    string length(string(10 ** 6000))                                               => 6001
    date(10 ** 6000, 1, 1)                                                          => null
    duration("P999999999999999999Y") * 999999999                                    => null
    date("2030-01-01") + duration("P9999999999999D")                                => null
    from unix timestamp(10 ** 6000)                                                 => null
    time(1, 1, 10 ** 6000)                                                          => null
    date and time("2030-01-01T00:00:00@../../etc/passwd")                           => null
    date and time(date and time("2030-01-01T00:00:00Z"), "../../etc/passwd")        => null
    # texts of ranges, of JSON and of formats
    range("[1..1e9999999]")                                                         => null
    range("[" + string(10 ** 6000) + "..1]")                                        => null
    range("]..[")                                                                   => null
    range("")                                                                       => null
    range("[a..b]")                                                                 => null
    range("[1..2]; import os")                                                      => null
    count(for i in range("[1..999999999]") return i)                                => failure: fuel
    from json("{")                                                                  => null
    from json("1e999999999")                                                        => null
    for i in 1..99999 return from json("[1,2,3,4,5,6,7,8,9,10,11,12,13,14]") => failure: fuel
    for i in 1..999999 return uuid()                                                => failure: fuel
    for i in 1..999999 return random number()                                       => failure: fuel
    assert(1, false)                                                                => failure: assertion
    function() external {}                                                          => null
    function() external null                                                        => null
    # Python's insides
    "a".__class__                                                                   => null
    {}.__class__.__mro__                                                            => null
    [].append                                                                       => []
    [1].append                                                                      => [null]
    count.__globals__                                                               => null
    (function(x) x).__code__                                                        => null
    date("2030-01-01").__init__                                                     => null
    @"P1D".nanoseconds                                                              => null
    __import__("os")                                                                => null
    get value("a", "__class__")                                                     => null
    {a: 1}.get("a")                                                                 => null
    eval("1 + 1")                                                                   => null
    # orders that are none
    sort(for i in 1..99999 return i, function(a, b) true)                           => failure: fuel
    sort(for i in 1..99999 return i, function(a, b) null)                           => failure: fuel
    sort(for i in 1..99 return i, function(a, b) sort([a, b], function(c, d) c < d))[1] => 1
    sort([1, "a", [2], {b: 3}, null])                                               => null
    sort(for i in 1..9999 return [i])                                               => null
    # time that leaves the calendar
    date("999999999-12-31") + duration("P1D")                                       => null
    date("-999999999-01-01") - duration("P1M")                                      => null
    date and time("999999999-12-31T23:59:59Z") + duration("PT1S")                   => null
    duration("PT1S") * 10 ** 6000                                                   => null
    duration("P999999999999999999D") + duration("P999999999999999999D")             => null
    duration("P99999999999999999999D")                                              => null
    time("10:00:00") + duration("P999999999D")                                      => 10:00:00
    for d in @"999999999-12-31"..@"-999999999-01-01" return d                       => failure: fuel
    date(2030, 10 ** 33, 1)                                                         => null
    day of year(date("999999999-12-31"))                                            => 365
    # exponents and scales
    2 ** 999999999                                                                  => null
    0.5 ** 999999999                                                                => null
    1 ** 1000000000                                                                 => null
    10 ** -6176 / 10                                                                => null
    string length(string(round up(10 ** 6000, 6176)))                               => 6001
    decimal(10 ** -6000, 6176) > 0                                                  => true
    string length(string(floor(1, -6111)))                                          => 1
    # patterns, in steps and in linear time
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "^(a*)*\1b$")                        => failure: fuel
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "^(a|aa)+\1b$")                      => failure: fuel
    matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "^(a+)+b$")                          => false
    matches("aaaa", "((((((a{9}){9}){9}){9}){9}){9})\1")                            => null
    matches("aaaa", "(a{1000}){1000}")                                              => null
    matches("a", "a{99999999999}")                                                  => null
    for i in 1..999 return matches("a", "(a)\1{" + string(i) + "}")                 => failure: fuel
    # products of loops, and functions in them
    for a in 1..99, b in 1..99, c in 1..99 return a * b * c                         => failure: fuel
    for a in 1..99 return for b in 1..99 return for c in 1..99 return c             => failure: fuel
    {f: function(n) for i in 1..n return f(n - 1), r: f(9)}.r                       => failure: nesting
    {f: function(n) some i in 1..9 satisfies f(n - 1), r: f(99)}.r                  => failure: nesting
    {f: function(g) g(g), r: f(f)}.r                                                => failure: nesting
    {f: function(n) g(n), g: function(n) f(n)}.f(1)                                 => null
    list replace(for i in 1..9999 return i, function(a, b) count(for j in 1..99 return j) > 0, 1) => failure: fuel
    # contexts
    {c: {}, d: for i in 1..99999 return context put(c, string(i), i)}.d             => failure: fuel
    context(for i in 1..99999 return {key: string(i), value: i})                    => failure: fuel
    context merge(for i in 1..99999 return {a: i})                                  => failure: fuel
    context put({}, for i in 1..9999 return string(i), 1)                           => failure: fuel
    # joins and repetition
    string length(string join(for i in 1..9999 return "x", string join(for i in 1..999 return "y"))) => failure: size
""")

GROWING: Final[list[tuple[str, str]]] = [
    # text that grows
    (f'{{s0: "ab", {_DOUBLING}}}.s59', "size"),
    (f"{{t0: [1], {_TREE}}}.t59", "size"),
    (f"string({{t0: [1], {_TREE}}}.t59)", "fuel"),
    (f"{{t0: [1], {_TREE}, u: t59 = t59}}.u", "fuel"),
    (f"flatten({{t0: [1], {_TREE}}}.t59)", "fuel"),
    (f"{{t0: [1], {_TREE}, u: distinct values([t59, t59])}}.u", "fuel"),
    ("string join(for i in 1..9999 return big)", "size"),
    ('replace(big, "a", "bbbbbbbbbb")', "fuel"),
    ("for i in 1..9999 return upper case(big)", "fuel"),
    ("for i in 1..9999 return big + big", "fuel"),
    ('for i in 1..9999 return contains(big, "b")', "fuel"),
    ("for i in 1..9999 return big = upper case(big)", "fuel"),
    ('for i in 1..9999 return matches(big, "(a*)*b")', "fuel"),
    ('for i in 1..9999 return matches("a", "(a{100}){" + string(i) + "}")', "fuel"),
    ('split(big, "")', "fuel"),
    ("{a: for i in 1..9999 return big, b: string(a)}.b", "fuel"),
    ('replace(big, "a", "$0$0$0$0$0$0$0$0$0$0")', "fuel"),
    ('replace(big, "(a)\\1", "$1$1$1$1")', "fuel"),
    ('count(extract(big, "a"))', "fuel"),
    ('count(split(big, "a"))', "fuel"),
    ("to base64(to base64(to base64(to base64(to base64(big)))))", "fuel"),
    ('matches(big, "(.*)\\1b")', "fuel"),
    ("to json([big, big, big, big, big])", "size"),
    ("sort(for i in 1..99 return big + string(-i))", "fuel"),
]
"""What grows over `big`, a text of a million characters, and the kind of its failure."""

VARIABLES: Final = {"big": LONG}


def evaluate(text: str) -> feel.Evaluation:
    """With `big` as it would travel."""
    return feel.compile(text).evaluate({"big": msgspec.Raw(f'"{LONG}"'.encode())})
