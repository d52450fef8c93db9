"""Tables of cases: `expression => answer` a line, the answer as FEEL would write it.

Blank lines and # comments are for the reader.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from counterflow import feel
from counterflow.feel.values import written

NOW_MS = 1_700_000_000_000  # 2023-11-14T22:13:20Z


def cases(table: str) -> list[tuple[str, str]]:
    """The rows of a table, to parametrize a test with."""
    rows = [line.strip() for line in table.splitlines() if line.strip() and not line.strip().startswith("#")]
    return [(left.strip(), right.strip()) for left, _, right in (row.rpartition("=>") for row in rows)]


def evaluate(text: str, variables: Mapping[str, Any] | None = None) -> feel.Evaluation:
    return feel.compile(text).evaluate(variables or {}, now_ms=NOW_MS)


def answer(text: str, variables: Mapping[str, Any] | None = None) -> str:
    """The value of an expression as FEEL would write it; of a stopped one, the kind of its failure."""
    evaluation = evaluate(text, variables)
    return f"failure: {evaluation.failure.kind}" if evaluation.failure else shown(evaluation.value)


def shown(value: feel.Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {shown(item)}' for key, item in value.items())}}}"
    return written(value)


def raw(**variables: str) -> dict[str, msgspec.Raw]:
    """Variables as they travel: JSON bytes by name."""
    return {name: msgspec.Raw(text.encode()) for name, text in variables.items()}
