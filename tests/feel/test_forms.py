"""Names, paths, filters, loops, tests and functions: how forms reach and make values."""

import pytest

from tests.feel.tables import answer, cases, evaluate, raw

ORDER = raw(
    order='{"id": "o-1", "total": 120.5, "items": [{"name": "pen", "price": 3}, {"name": "bag", "price": 40}], "full name": "Ada"}',
    numbers="[5, 3, 8]",
    next="2",
    half="0.5",
    count="7",
    empty="[]",
)


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        order.id                                   => "o-1"
        order.total                                => 120.5
        order.items.name                           => ["pen", "bag"]
        order.items[1].name                        => "pen"
        order.items[-1].name                       => "bag"
        order.items[name = "bag"].price            => [40]
        order.items[price > 25][1].name            => "bag"
        order.items[item.price > 25].name          => ["bag"]
        order.`full name`                          => "Ada"
        order.missing                              => null
        order.id.missing                           => null
        missing                                    => null
        missing.entry                              => null
        # a variable hides the built-in as a value, not as a call
        count                                      => 7
        count(numbers)                             => 3
    """),
)
def test_paths(text: str, expected: str) -> None:
    assert answer(text, ORDER) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        numbers[1]                                 => 5
        numbers[-1]                                => 8
        numbers[4]                                 => null
        numbers[0]                                 => null
        numbers[next]                              => 3
        numbers[half * 4]                          => 3
        numbers[1.5]                               => null
        numbers["a"]                               => null
        numbers[item > 4]                          => [5, 8]
        numbers[item > 4 and item < 8]             => [5]
        numbers[even(item)]                        => [8]
        numbers[true]                              => [5, 3, 8]
        empty[1]                                   => null
        empty[item > 1]                            => []
        empty[next]                                => []
        # a value is a list of itself, null an empty one
        5[1]                                       => 5
        5[item > 4]                                => [5]
        null[item > 4]                             => null
        # an item's entry hides a variable of the same name
        [{next: 9}, {other: 1}][next = 9]          => [{next: 9}]
        [{item: 1}, {item: 2}][item = 2]           => [{item: 2}]
    """),
)
def test_filters(text: str, expected: str) -> None:
    assert answer(text, ORDER) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        for i in [1, 2, 3] return i * 2                               => [2, 4, 6]
        for i in 1..4 return i                                        => [1, 2, 3, 4]
        for i in 3..1 return i                                        => [3, 2, 1]
        for i in [1..3] return i                                      => [1, 2, 3]
        for i in 1.0..4 * 0.5 return i                                => [1, 2]
        for i in ]1..4[ return i                                      => [2, 3]
        for i in [3..1] return i                                      => null
        for i in 1..2, j in ["a", "b"] return string(i) + j           => ["1a", "1b", "2a", "2b"]
        for i in 1..3, j in 1..i return j                             => [1, 1, 2, 1, 2, 3]
        for i in 0..4 return if i = 0 then 1 else i * partial[-1]     => [1, 1, 2, 6, 24]
        for d in @"2030-01-30"..@"2030-02-01" return d                => [2030-01-30, 2030-01-31, 2030-02-01]
        for i in [] return i                                          => []
        for i in 5 return i                                           => [5]
        for i in null return i                                        => null
        for i in "a".."c" return i                                    => null
        some i in [1, 2] satisfies i > 1                              => true
        some i in [1, 2] satisfies i > 2                              => false
        some i in [] satisfies i > 2                                  => false
        some i in [1, null] satisfies i > 2                           => null
        some i in [1, null, 3] satisfies i > 2                        => true
        every i in [1, 2] satisfies i > 0                             => true
        every i in [1, 2] satisfies i > 1                             => false
        every i in [] satisfies i > 1                                 => true
        every i in [1, null] satisfies i > 0                          => null
        every i in [null, 0] satisfies i > 0                          => false
        some i in 1..3, j in 1..3 satisfies i + j = 6                 => true
        every i in null satisfies i > 0                               => null
    """),
)
def test_loops(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        5 in (1, > 4)                    => true
        5 in (1, < 4)                    => false
        5 in [1..5]                      => true
        5 in [1..5)                      => false
        5 in (1..5]                      => true
        5 in ]5..9]                      => false
        5 in [1, 5]                      => true
        5 in 5                           => true
        5 in > 4                         => true
        5 in (> 4)                       => true
        5 in (!= 5)                      => false
        5 in [[1..3], [4..6]]            => true
        [1] in [[1], [2]]                => true
        "b" in ["a".."c"]                => true
        5 in "a"                         => null
        5 in (null..10]                  => null
        null in [1, null]                => true
        5 in [1, "a", true]              => false
        1 in (1, 2) and 3 in (3)         => true
    """),
)
def test_membership(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        {a: 1, b: a + 1}                                                          => {a: 1, b: 2}
        {a: 1, b: {c: a}}.b.c                                                     => 1
        {a b: 1, c: a b + 1}.c                                                    => 2
        {"a": 1}.a                                                                => 1
        {f: function(n) if n < 2 then 1 else n * f(n - 1), g: f(5)}.g             => 120
        {twice: function(x) x * 2, r: for i in 1..3 return twice(i)}.r            => [2, 4, 6]
        {add: function(a, b) a - b, r: add(b: 1, a: 5)}.r                         => 4
        {add: function(a, b) a - b, r: add(c: 1, a: 5)}.r                         => null
        {add: function(a, b) a - b, r: add(1)}.r                                  => null
        {typed: function(a: number) a, r: typed("x")}.r                           => null
        # arguments are converted to the types of their parameters
        {typed: function(a: number) a, r: typed([7])}.r                           => 7
        {typed: function(a: number) a, r: typed([7, 8])}.r                        => null
        {typed: function(a: number) a, r: typed(null)}.r                          => null
        {typed: function(a: list<number>) a, r: typed(7)}.r                       => [7]
        {typed: function(a: list<number>) a, r: typed("x")}.r                     => null
        {typed: function(a: date and time) a, r: typed(@"2030-01-31")}.r          => 2030-01-31T00:00:00Z
        {curry: function(a) function(b) a + b, r: curry(1)(2)}.r                  => 3
        (function(full name) full name + "!")("Ada")                              => "Ada!"
        substring(string: "counter", start position: 3, length: 2)                => "un"
        substring(start position: 3, string: "counter")                           => "unter"
        substring(text: "counter", start position: 3)                             => null
        nothing(1)                                                                => null
        1(2)                                                                      => null
        [1..3].start                                                              => 1
        [1..3).end included                                                       => false
    """),
)
def test_contexts_and_functions(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, message",
    [
        ("missing", "no variable 'missing': it is null"),
        ("{a: 1}.b", "no entry 'b' in the context: it is null"),
        ('"a".b', "no entry 'b' in a string: it is null"),
        ("[1][3]", "no item at position 3 in a list of 1"),
        ("for i in null return i", "an iteration needs a list or a range; found null"),
        ("[1..null]", "a range has two ends that can be compared; found a number and null"),
        (
            "substring(1, 2)",
            "substring takes (string: string, start position: integer, length?: integer); found (a number, a number)",
        ),
    ],
)
def test_warnings_say_where_the_null_comes_from(text: str, message: str) -> None:
    assert [str(warning) for warning in evaluate(text).warnings] == [message]


def test_a_misspelt_function_is_recognized() -> None:
    assert "did you mean 'contains'?" in str(evaluate('contain("a", "b")').warnings[-1])


def test_a_warning_is_given_once_and_their_number_is_bounded() -> None:
    assert len(evaluate("for i in 1..1000 return missing").warnings) == 1
    many = "[" + ", ".join(f"missing{number}" for number in range(300)) + "]"
    assert len(evaluate(many).warnings) == 100


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        (function(a: number) a) instance of function<number> -> number      => true
        (function(a: number) a) instance of function<string> -> number      => false
        (function(a: number) a) instance of function<number, number> -> Any => false
        (function(a) a) instance of function<string> -> Any                 => true
        (function(a: Any) a) instance of function<string> -> Any            => true
        (function(a: list<number>) a) instance of function<list<number>> -> Any => true
        (function(a: list<number>) a) instance of function<list<string>> -> Any => false
        (function() 1) instance of function<> -> number                     => true
        abs instance of function<number> -> number                          => true
        1 instance of function<number> -> number                            => false
    """),
)
def test_types_of_functions(text: str, expected: str) -> None:
    assert answer(text) == expected
