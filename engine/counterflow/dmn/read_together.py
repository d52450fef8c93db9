"""Several decision models of which some import others (6.3.3): each is read after those it imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from counterflow.dmn.definitions import ReadDefinitions
from counterflow.dmn.read import read
from counterflow.documents.limits import DECISION_LIMITS, DocumentLimits


class ReadModel(NamedTuple):
    """A file as it was read; `position` is its position in what was given.

    `imports` are the positions of the files that it imports.
    """

    position: int
    result: ReadDefinitions
    imports: tuple[int, ...] = ()


def read_together(
    files: Sequence[tuple[str, bytes]], limits: DocumentLimits = DECISION_LIMITS
) -> list[ReadModel]:
    """Read files, name and content, in the order given but for imported ones, which come first.

    An import that leads to none of them, or in a circle, is among the findings of the file that has it. Never
    raises.
    """
    alone = [read(content, name, limits=limits) for name, content in files]
    by_namespace = {
        result.definitions.namespace: position
        for position, result in enumerate(alone)
        if result.definitions is not None
    }
    imports = [_imports(result, by_namespace) for result in alone]
    done: dict[int, ReadModel] = {}
    while len(done) < len(files):
        pending = [position for position in range(len(files)) if position not in done]
        ready = [position for position in pending if done.keys() >= set(imports[position])]
        if not ready:
            done |= {position: ReadModel(position, alone[position]) for position in pending}  # a circle
        for position in ready:
            imported = [
                definitions
                for other in imports[position]
                if (definitions := done[other].result.definitions) is not None
            ]
            name, content = files[position]
            done[position] = ReadModel(
                position,
                read(content, name, imported, limits=limits) if imported else alone[position],
                imports[position],
            )
    return list(done.values())


def _imports(result: ReadDefinitions, by_namespace: Mapping[str, int]) -> tuple[int, ...]:
    if result.definitions is None:
        return ()
    namespaces = (declared.namespace for declared in result.definitions.model.imports)
    return tuple(
        dict.fromkeys(by_namespace[namespace] for namespace in namespaces if namespace in by_namespace)
    )
