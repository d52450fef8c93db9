"""The page of what Camunda Modeler can write: it is what the reader says today, and misses no property."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from scripts.modeler.__main__ import PAGE
from scripts.modeler.page import PACKAGES, Fate, Package, fate, page
from tests.conformance.toolchains import built, missing

SCHEMAS: Final = Path(__file__).parent / "modeler_schemas"
NPM: Final = (("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"),)
LEFT_OUT: Final = frozenset({
    "InputOutput.connectorId",  # of a connector, where it has its row; nothing writes it here
})  # fmt: skip


def test_the_page_is_what_the_reader_says_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.modeler"


@pytest.mark.parametrize("package", PACKAGES, ids=[package.name for package in PACKAGES])
def test_no_property_is_there_twice(package: Package) -> None:
    keys = [(written.key, written.host) for written in package.rows()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("package", PACKAGES, ids=[package.name for package in PACKAGES])
def test_whatever_is_not_carried_out_says_so(package: Package) -> None:
    for written in package.rows():
        what, told = fate(written, package.vendor)
        assert bool(told) is (what in {Fate.WARNED, Fate.REFUSED})


@pytest.mark.skipif(bool(missing(["node", "npm"])), reason="needs node and npm on the PATH")
@pytest.mark.parametrize("package", PACKAGES, ids=[package.name for package in PACKAGES])
def test_every_property_of_the_schema_has_its_row(package: Package) -> None:
    resources = built(SCHEMAS, NPM) / "node_modules" / package.name / "resources"
    schema = json.loads((resources / f"{package.vendor.prefix}.json").read_text(encoding="utf-8"))
    assert schema["uri"] == package.vendor.uri
    rows = {written.key for written in package.rows()}
    wanted = {keys[0] for keys in properties_of(schema) if rows.isdisjoint(keys)}
    assert wanted - LEFT_OUT == set()


def properties_of(schema: dict[str, Any]) -> Iterator[list[str]]:
    """Each property by the names under which it may have a row; what holds other types is told by theirs."""
    names = {kind["name"] for kind in schema["types"]}
    for kind in schema["types"]:
        if not kind.get("properties") and not kind.get("isAbstract"):
            yield [kind["name"]]
        for one in kind.get("properties", ()):
            if one["type"] not in names:
                bare = one["name"].rpartition(":")[2]
                extended = [name.rpartition(":")[2] for name in kind.get("extends", ())]
                yield [f"{owner}.{bare}" for owner in (kind["name"], *extended)]
