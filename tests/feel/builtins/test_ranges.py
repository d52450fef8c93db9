"""Allen's relations between points and ranges."""

import pytest

from tests.feel.tables import answer, cases


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        before(1, 10)                    => true
        before(10, [1..10])              => false
        before([1..5), [5..10])          => true
        before([1..5], [5..10])          => false
        after(12, [1..10])               => true
        after(10, [1..10))               => true
        meets([1..5], [5..10])           => true
        meets([1..5), [5..10])           => false
        met by([5..10], [1..5])          => true
        overlaps([1..5], [3..8])         => true
        overlaps([1..5], (5..8])         => false
        overlaps before([1..5], [3..8])  => true
        overlaps before([3..8], [1..5])  => false
        overlaps after([3..8], [1..5])   => true
        # a shared end is no obstacle: only the start has to differ
        overlaps before([1..7], (1..7])  => true
        overlaps before([1..7), (1..7])  => true
        overlaps before([1..7], (1..7))  => false
        overlaps before([1..7), [1..7])  => false
        overlaps after((2..7], [2..7])   => true
        overlaps after([2..7], [2..7))   => false
        # the kinds of the arguments are those of the signatures
        overlaps(3, [1..5])              => null
        meets([1..5], 5)                 => null
        coincides(5, [5..5])             => null
        includes(5, [1..9])              => null
        during([1..9], 5)                => null
        before([1..10), 10)              => true
        before(null, [1..2])             => null
        before(point: 1, range: [2..3])  => true
        after(range1: [4..5], range2: [1..2]) => true
        finishes(10, [1..10])            => true
        finishes([5..10), [1..10])       => false
        finished by([1..10], 10)         => true
        includes([1..10], 5)             => true
        includes([1..10], [1..11])       => false
        during(5, [1..10])               => true
        during([1..10], (1..10])         => false
        starts(1, [1..10])               => true
        starts(1, (1..10])               => false
        started by([1..10], [1..5])      => true
        coincides([1..5], [1..5])        => true
        coincides([1..5), [1..5])        => false
        coincides(5, 5)                  => true
        before(1, "a")                   => null
        before(@"2030-01-01", [@"2030-01-02"..@"2030-01-03"]) => true
    """),
)
def test_relations(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    "text, expected",
    cases("""
        before(point1: 1, point2: 2)                    => true
        before(point: 1, range: [2..3])                 => true
        before([1..2], 3)                               => true
        after(range1: [1..2], range2: [3..4])           => false
        during(point: 2, range: [1..3])                 => true
        includes(range: [1..3], point: 2)               => true
        starts(point: 1, range: [1..3])                 => true
        started by(range: [1..3], point: 1)             => true
        finishes(point: 3, range: [1..3])               => true
        finished by(range: [1..3], point: 3)            => true
        coincides(point1: 1, point2: 1)                 => true
        coincides(range1: [1..2], range2: [1..2])       => true
        meets(range1: [1..2], range2: [2..3])           => true
        meets(point1: 1, point2: 2)                     => null
        during(range: [1..3], point: 2)                 => true
    """),
)
def test_named_parameters(text: str, expected: str) -> None:
    assert answer(text) == expected
