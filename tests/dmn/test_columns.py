"""Columns: an index must answer exactly as the cells would, one by one."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from counterflow.dmn.cells import Cell, Interval, indexed
from counterflow.dmn.columns import Column, Intervals, positions
from counterflow.feel import iso, parser
from counterflow.feel.compiler import Surroundings
from counterflow.feel.names import Vocabulary
from counterflow.feel.run import Limits, Run, Value
from counterflow.feel.scope import LocalVariable, Scope
from tests.dmn.drawing import NOW_MS

AROUND = Surroundings(Scope())
CELLS = [
    "-", '"a"', '"a", "b"', 'not("a")', 'not("a", "b")', '!= "b"', '= "a"', '"a", 5', "5", "5.0", "-2.5", "not(5)", "!= 5", "> 3", ">= 3",
    "< 3", "<= 3", "[1..5]", "(1..5]", "[1..5)", "]1..5[", "[1..3], [2..5)", "< 1, > 4", "(> 3)", "[-2.5..0)", "true", "not(true)", '> "a"',
    '["a".."c"]', 'date("2030-01-01")', '[@"2030-01-01"..@"2030-06-30"]', '> @"P1D"', 'duration("P1Y")', 'not("a", 5)',
]  # fmt: skip
VALUES: list[Value] = [
    None, "a", "b", "bb", "", 5, Decimal("5.00"), 3, Decimal("2.5"), Decimal("-2.5"), 1, 4, 0, True, False, ["a"], {"a": 1},
    iso.date("2030-01-01"), iso.date("2030-03-01"), iso.duration("P1D"), iso.duration("P2D"), iso.duration("P1Y"), iso.time("10:00:00"),
]  # fmt: skip


def _run() -> Run:
    return Run({}, NOW_MS, Limits(), 200_000)


def _general(text: str, value: Value) -> bool:
    """What the cell answers by itself."""
    code = AROUND.tests(parser.parse_unary_tests(text), text)
    return code(_run(), (value,)) is True


def _cell(text: str) -> Cell:
    cell = indexed(parser.parse_unary_tests(text), Scope())
    assert cell is not None, text
    return cell


@pytest.mark.parametrize("text", [cell for cell in CELLS if cell != 'not("a", 5)'])
@pytest.mark.parametrize("value", VALUES, ids=str)
def test_an_indexed_cell_answers_as_its_expression(text: str, value: Value) -> None:
    column = Column([_cell(text)])
    assert (column.match(_run(), (), value, 1) == 1) is _general(text, value)


@pytest.mark.parametrize(
    "text",
    [
        "> limit",
        "limit",
        "? > 3",
        "[1..limit]",
        "null",
        "[1, 2]",
        "not(> 3)",
        "not([1..3])",
        'not("a", 5)',
        '["a"..5]',
        '@"10:00:00"',
        "1 + 1",
        'not(!= "a")',
        '!= "a", "b"',
        "(!= 5)",
        "date(2030, 1, 1)",
        'date("soon")',
    ],
)
def test_other_cells_are_left_to_their_expressions(text: str) -> None:
    assert indexed(parser.parse_unary_tests(text, Vocabulary.of({"limit"})), Scope()) is None


def test_a_local_name_hides_the_function_that_spells_a_constant() -> None:
    root = parser.parse_unary_tests('date("2030-01-01")')
    assert indexed(root, Scope().plus(LocalVariable("date"))) is None


@pytest.mark.parametrize("seed", range(30))
def test_a_column_answers_as_its_cells(seed: int) -> None:
    chance = random.Random(seed)
    texts = [chance.choice(CELLS) for _ in range(chance.randrange(1, 60))]
    cells = [
        indexed(parser.parse_unary_tests(text), Scope()) or AROUND.tests(parser.parse_unary_tests(text), text)
        for text in texts
    ]
    column = Column(cells)
    in_play = chance.getrandbits(len(texts))
    for value in VALUES:
        expected = [
            index for index, text in enumerate(texts) if in_play >> index & 1 and _general(text, value)
        ]
        assert list(positions(column.match(_run(), (), value, in_play))) == expected, value


def test_cells_of_rules_out_of_play_are_not_run() -> None:
    ran: list[Value] = []

    def cell(_run: Run, local: tuple[Value, ...]) -> Value:
        ran.append(local[-1])
        return True

    assert Column([cell, cell]).match(_run(), (), 7, 0b10) == 0b10
    assert ran == [7]


def test_intervals_are_cut_into_pieces() -> None:
    intervals = [
        (rule, test)
        for rule, text in enumerate(["[1..5)", "(3..5]", "> 5"])
        for test in _cell(text).tests
        if isinstance(test, Interval)
    ]
    pieces = Intervals(intervals)
    found = {value: list(positions(pieces.at(value))) for value in (0, 1, 3, 4, 5, 6)}
    assert found == {0: [], 1: [0], 3: [0], 4: [0, 1], 5: [1], 6: [2]}


def test_positions_of_a_large_set() -> None:
    assert list(positions(1 << 999 | 0b101)) == [0, 2, 999]


@pytest.mark.parametrize(
    "text, value, told",
    [
        ('> date("2020-01-01")', iso.date_time("2021-05-05T10:00:00"), "found a date and time and a date"),
        ('[date("2020-01-01")..date("2021-01-01")]', "2020-05-05", "found a string and a date"),
        ("> 3", "4", "found a string and a number"),
        ('not("a")', 5, "found a number and a string"),
        ("> 3", Decimal("2.5"), ""),
        ('"a", 5', 5, ""),
        ("-", 5, ""),
    ],
)
def test_a_cell_that_compares_with_another_kind_is_told(text: str, value: Value, told: str) -> None:
    run = _run()
    Column([_cell(text)]).match(run, (), value, 1)
    assert [warning.message.rpartition("; ")[2] for warning in run.warned] == ([told] if told else [])


def test_a_cell_of_a_rule_that_is_out_of_play_is_not_told() -> None:
    run = _run()
    assert Column([_cell("> 3"), _cell('"a"')]).match(run, (), "a", 0b10) == 0b10
    assert not run.warned
