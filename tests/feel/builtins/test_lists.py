"""Questions about lists, aggregates, and new lists from old ones."""

import pytest

from tests.feel.tables import answer, cases, evaluate


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        list contains([1, 2, 3], 2)              => true
        list contains([1, null], null)           => true
        list contains([1, "a"], "b")             => false
        count([1, 2, 3])                         => 3
        count([])                                => 0
        count(5)                                 => 1
        count(null)                              => null
        is empty([])                             => true
        index of([1, 2, 1, "a"], 1)              => [1, 3]
        all([true, true])                        => true
        all(true, false, null)                   => false
        all([true, null])                        => null
        all([])                                  => true
        any([false, true])                       => true
        any(false, null, true)                   => true
        any([false, 1])                          => null
        any([])                                  => false
    """),
)
def test_questions(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        min([3, 1, 2])                           => 1
        min(3, 1, 2)                             => 1
        min("b", "a")                            => "a"
        min(@"2030-02-01", @"2030-01-31")        => 2030-01-31
        min([])                                  => null
        max([3, 1, 2.5])                         => 3
        max([1, "a"])                            => null
        sum([1, 2.5])                            => 3.5
        sum([@"PT1H", @"PT30M"])                 => PT1H30M
        sum([])                                  => null
        sum([1, null])                           => null
        sum(["a", "b"])                          => null
        product([2, 3, 4])                       => 24
        mean([1, 2, 3, 4])                       => 2.5
        mean(1)                                  => 1
        mean([])                                 => null
        median([8, 2, 5, 3, 4])                  => 4
        median([6, 1, 2, 3])                     => 2.5
        median([])                               => null
        mode([6, 3, 9, 6, 6])                    => [6]
        mode([6, 1, 9, 6, 1])                    => [1, 6]
        mode([])                                 => []
        stddev([2, 4, 7, 5])                     => 2.081665999466132735282297706979931
        stddev([1])                              => null
        stddev([1, "a"])                         => null
    """),
)
def test_aggregates(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        append([1], 2, 3)                                    => [1, 2, 3]
        append(null, 1)                                      => null
        concatenate([1, 2], [3], 4)                          => [1, 2, 3, 4]
        union([1, 2], [2, 3])                                => [1, 2, 3]
        distinct values([1, 2, 1.0, "1", null, null])        => [1, 2, "1", null]
        distinct values([[1], [1], {a: 1}, {a: 1}])          => [[1], {a: 1}]
        duplicate values([1, 2, 1, 3, 3])                    => [1, 3]
        sublist([1, 2, 3], 2)                                => [2, 3]
        sublist([1, 2, 3], 1, 2)                             => [1, 2]
        sublist([1, 2, 3], -2, 1)                            => [2]
        sublist([1, 2, 3], 3, 2)                             => null
        sublist([1, 2, 3], 0)                                => null
        sublist([1, 2, 3], 1, 0)                             => null
        insert before([1, 3], 1, 2)                          => [2, 1, 3]
        insert before([1, 3], -1, 2)                         => [1, 2, 3]
        insert before([1, 3], 5, 2)                          => null
        remove([1, 2, 3], 2)                                 => [1, 3]
        remove([1, 2, 3], -1)                                => [1, 2]
        list replace([1, 2, 3], 2, 9)                        => [1, 9, 3]
        list replace([1, 2, 3], function(item, new) item > 1, 9) => [1, 9, 9]
        list replace([1, 2, 3], function(item) true, 9)      => null
        reverse([1, 2, 3])                                   => [3, 2, 1]
        flatten([[1, [2]], [[[3]]], 4])                      => [1, 2, 3, 4]
        partition([1, 2, 3, 4, 5], 2)                        => [[1, 2], [3, 4], [5]]
        partition([1], 0)                                    => null
        sort([3, 1, 2])                                      => [1, 2, 3]
        sort([3, 1, 2], function(a, b) a > b)                => [3, 2, 1]
        sort(list: [2, 1], precedes: function(x, y) x < y)   => [1, 2]
        sort([{n: 2}, {n: 1}], function(a, b) a.n < b.n).n   => [1, 2]
        sort([1, "a"])                                       => null
    """),
)
def test_new_lists(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text", ["sum([9e6144, 9e6144])", "mean([9e6144, 9e6144])", "product([9e6144, 9e6144])"]
)
def test_a_total_beyond_all_numbers_is_told_with_the_name_of_the_function(text: str) -> None:
    (warning,) = evaluate(text).warnings
    assert warning.message.startswith(f"{text.partition('(')[0]}: `")
