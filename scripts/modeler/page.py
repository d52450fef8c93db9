"""The page: what becomes of everything that Camunda Modeler can write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from counterflow.bpmn.dialects.camunda.reader import CHANGES_NOTHING
from counterflow.bpmn.dialects.zeebe.reader import FOR_TOOLS
from counterflow.bpmn.read import read
from scripts.modeler import camunda, zeebe
from scripts.modeler.written import CAMUNDA, ZEEBE, Vendor, Written, model


class Fate(StrEnum):
    """What becomes of a property; the value is its word on the page."""

    EXECUTED = "executed"
    CHANGES_NOTHING = "changes nothing"
    WARNED = "accepted with a warning"
    REFUSED = "refused"


class Package(NamedTuple):
    """An editor's schema: the package that publishes it, for whom, and a row for each property."""

    name: str
    title: str
    vendor: Vendor
    rows: Callable[[], Iterable[Written]]


PACKAGES: Final = (
    Package("zeebe-bpmn-moddle", "Camunda 8", ZEEBE, zeebe.rows),
    Package("camunda-bpmn-moddle", "Camunda 7", CAMUNDA, camunda.rows),
)
_SILENT: Final = CHANGES_NOTHING | FOR_TOOLS | {"modelerConfigurationTemplate", "modelerConfigurationName"}

HEAD: Final = """# What Camunda Modeler can write

Every property that the schemas of Camunda Modeler have, and what becomes of it: each is put to the reader of
models in a small process. *Changes nothing* is what would order or decorate work elsewhere: every task is a
job and so asynchronous, and what is for editors' eyes is left to them. `python -m scripts.modeler` asks again
and writes this page; a test reads both packages and misses no property.
"""


def fate(written: Written, vendor: Vendor) -> tuple[Fate, str]:
    """What becomes of it, and what a person is told."""
    result = read(model(written, vendor), "model.bpmn")
    if result.errors:
        return Fate.REFUSED, f"{result.errors[0].message} {result.errors[0].remedy}"
    if result.warnings:
        return Fate.WARNED, f"{result.warnings[0].message} {result.warnings[0].remedy}"
    return (Fate.CHANGES_NOTHING if written.name in _SILENT else Fate.EXECUTED), ""


def page() -> str:
    """The whole of it, as Markdown."""
    return "\n".join((HEAD, *(line for package in PACKAGES for line in _section(package))))


def _section(package: Package) -> Iterator[str]:
    yield f"## {package.title} (`{package.name}`)\n"
    yield "| Type | Property | On | What becomes of it | Told |"
    yield "| --- | --- | --- | --- | --- |"
    for written in sorted(package.rows(), key=lambda one: one.key):
        what, told = fate(written, package.vendor)
        shown = told.replace("|", "\\|")
        yield f"| {written.type} | {written.name} | {written.host} | {what} | {shown} |"
    yield ""
