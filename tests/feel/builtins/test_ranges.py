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
