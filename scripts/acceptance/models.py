"""Models that others drew, found in folders and archives, each with the group of engines that it was drawn for."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

_ENDINGS: Final = (".bpmn", ".bpmn20.xml", ".bpmn2")
_ARCHIVES: Final = frozenset({".jar", ".zip"})


class Group(Enum):
    """The engines that a model was drawn for: their name, the namespaces that say so, and the share of models
    to be accepted as they stand, in percent (None where none is set).
    """

    CAMUNDA_8 = ("Camunda 8", (b"http://camunda.org/schema/zeebe/1.0",), 96)
    FLOWABLE = ("Flowable, Activiti", (b"http://flowable.org/bpmn", b"http://activiti.org/bpmn"), 85)
    CAMUNDA_7 = ("Camunda 7, Operaton", (b"http://camunda.org/schema/1.0/bpmn", b"http://operaton.org/schema"), 92)
    NEUTRAL = ("no engine's", (), None)

    def __init__(self, title: str, namespaces: tuple[bytes, ...], target: int | None) -> None:
        self.title = title
        self.namespaces = namespaces
        self.target = target


class Model(NamedTuple):
    """One file: where it is, and what is in it."""

    place: str
    content: bytes

    @property
    def group(self) -> Group:
        """The first group, in their order, one of whose namespaces occurs: editors declare others beside theirs."""
        named = (group for group in Group if any(uri in self.content for uri in group.namespaces))
        return next(named, Group.NEUTRAL)


def models_in(place: Path) -> Iterator[Model]:
    """Every BPMN file in a folder, those in archives there included, or in one archive; each content once."""
    seen: set[bytes] = set()
    for model in _found(place):
        if model.content not in seen:
            seen.add(model.content)
            yield model


def _found(place: Path) -> Iterator[Model]:
    for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
        if file.suffix in _ARCHIVES:
            yield from _in_archive(file)
        elif file.is_file() and file.name.endswith(_ENDINGS):
            yield Model(str(file), file.read_bytes())


def _in_archive(file: Path) -> Iterator[Model]:
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(_ENDINGS):
                yield Model(f"{file.name}!{name}", archive.read(name))
