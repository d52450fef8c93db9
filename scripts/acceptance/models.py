"""Models that others drew, in folders and archives, and the group of engines that each was drawn for."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple

from counterflow.bpmn.dialects.namespaces import ACTIVITI, CAMUNDA, FLOWABLE, OPERATON, ZEEBE
from counterflow.bpmn.dialects.vendors import origin_of
from counterflow.bpmn.xml import parse
from counterflow.documents.xml import XmlError

_ENDINGS: Final = (".bpmn", ".bpmn20.xml", ".bpmn2")
_ARCHIVES: Final = frozenset({".jar", ".zip"})


class Group(Enum):
    """The engines that a model was drawn for: their name, the namespaces that say so, and the share of models
    to be accepted as they stand, in percent (None where none is set).
    """

    CAMUNDA_8 = ("Camunda 8", (ZEEBE,), 96)
    CAMUNDA_7 = ("Camunda 7, Operaton", (CAMUNDA, OPERATON), 92)
    FLOWABLE = ("Flowable, Activiti", (FLOWABLE, ACTIVITI), 85)
    NEUTRAL = ("no engine's", (), None)

    def __init__(self, title: str, namespaces: tuple[str, ...], target: int | None) -> None:
        self.title = title
        self.namespaces = namespaces
        self.target = target


class Model(NamedTuple):
    """One file: where it is, and what is in it."""

    place: str
    content: bytes

    @property
    def group(self) -> Group:
        """The first group one of whose engines the reader takes it to be drawn for."""
        try:
            vendors = origin_of(parse(self.content, self.place)).vendors
        except XmlError:
            return Group.NEUTRAL
        uris = {vendor.namespace for vendor in vendors}
        return next((group for group in Group if not uris.isdisjoint(group.namespaces)), Group.NEUTRAL)


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
