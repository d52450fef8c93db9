"""FEEL of two houses: the same expressions, asked here and of feelin on Node.

Every disagreement is written down with its reason.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from counterflow import feel
from counterflow.feel.values import Function, Range
from tests.conformance.everyday import VARIABLES, Everyday
from tests.conformance.feelin_twin import FOLDER, Unavailable, answers, install
from tests.feel.tables import shown

EXPRESSIONS: Final = 4_000
_TOLERANCE: Final = 1e-9
"""feelin counts in binary floating point."""


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return install(tmp_path_factory.mktemp("feelin"))
    except Unavailable as reason:
        pytest.skip(str(reason))


def _ours(text: str) -> Any:
    return _plain(feel.compile(text, names=VARIABLES).evaluate(VARIABLES).value)


def _plain(value: feel.Value) -> Any:
    """A value as the twin writes its own."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return float(value)
    if isinstance(value, Range):
        return {"range": [_plain(value.start), _plain(value.end)]}
    return {"function": True} if isinstance(value, Function) else {"@": str(value)}


def _alike(left: Any, right: Any) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_alike, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_alike(left[name], right[name]) for name in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, float | int) and isinstance(right, float | int):
        return abs(left - right) <= _TOLERANCE * max(abs(left), abs(right), 1)
    return type(left) is type(right) and bool(left == right)


def _rows() -> list[tuple[str, str, str]]:
    """Expression, our answer and the reason; both empty where the two agree."""
    return [
        _row(line)
        for line in (FOLDER / "everyday.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]


def _row(line: str) -> tuple[str, str, str]:
    text, _, rest = line.partition(" => ")
    ours, _, why = rest.partition("    # ")
    return text.strip(), ours.strip(), why.strip()


def test_what_people_write_every_day(twin: Path) -> None:
    rows = _rows()
    theirs = answers(twin, [text for text, _, _ in rows], VARIABLES)
    unexplained = [
        text
        for (text, _, why), their in zip(rows, theirs, strict=True)
        if not why and not _alike(_ours(text), their)
    ]
    assert not unexplained, (
        "feelin sees these otherwise: find the clause and write it beside ours, or repair ours"
    )
    outdated = [
        text for (text, _, why), their in zip(rows, theirs, strict=True) if why and _alike(_ours(text), their)
    ]
    assert not outdated, "feelin agrees by now: take the reasons away"


@pytest.mark.parametrize("text, ours", [(text, ours) for text, ours, why in _rows() if why])
def test_disagreements_are_as_written(text: str, ours: str) -> None:
    assert shown(feel.compile(text, names=VARIABLES).evaluate(VARIABLES).value) == ours


def test_everyday_expressions_by_chance(twin: Path) -> None:
    texts = [Everyday(seed).expression() for seed in range(EXPRESSIONS)]
    theirs = answers(twin, texts, VARIABLES)
    pairs = [(text, _ours(text), their) for text, their in zip(texts, theirs, strict=True)]
    assert [pair for pair in pairs if not _alike(pair[1], pair[2])] == []
