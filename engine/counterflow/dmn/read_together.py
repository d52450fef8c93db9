"""Several decision models of which some import others (6.3.3): each is read after those it imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from counterflow.dmn.definitions import ReadDefinitions
from counterflow.dmn.read import read
from counterflow.documents.limits import DECISION_LIMITS, DocumentLimits


class ReadModel(NamedTuple):
    """A file as it was read; `place` is its place in what was given.

    `imports` are the places of the files that it imports.
    """

    place: int
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
        result.definitions.namespace: place
        for place, result in enumerate(alone)
        if result.definitions is not None
    }
    imports = [_imports(result, by_namespace) for result in alone]
    done: dict[int, ReadModel] = {}
    while len(done) < len(files):
        pending = [place for place in range(len(files)) if place not in done]
        ready = [place for place in pending if done.keys() >= set(imports[place])]
        if not ready:
            done |= {place: ReadModel(place, alone[place]) for place in pending}  # a circle
        for place in ready:
            imported = [
                definitions
                for each in imports[place]
                if (definitions := done[each].result.definitions) is not None
            ]
            name, content = files[place]
            done[place] = ReadModel(
                place,
                read(content, name, imported, limits=limits) if imported else alone[place],
                imports[place],
            )
    return list(done.values())


def _imports(result: ReadDefinitions, by_namespace: Mapping[str, int]) -> tuple[int, ...]:
    if result.definitions is None:
        return ()
    wanted = (each.namespace for each in result.definitions.model.imports)
    return tuple(dict.fromkeys(by_namespace[namespace] for namespace in wanted if namespace in by_namespace))
