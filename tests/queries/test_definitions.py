"""Definitions, their files, and the names of their elements."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import pytest

from counterflow.bpmn import read
from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries import definitions
from counterflow.queries.definitions import definition_xml, element_names, list_definitions
from counterflow.testing import EPOCH_MS
from tests.queries.models import JOINED, TRIP, engine_with

NEXT_TRIP = TRIP.replace(b"Book hotel", b"Book a hotel")


def test_definitions_are_listed_newest_first() -> None:
    engine = engine_with(TRIP)
    engine.deploy_contents({"joined.bpmn": JOINED})
    engine.deploy_contents({"model-1.bpmn": NEXT_TRIP})
    found = list_definitions(engine.store).items
    assert [(one.bpmn_process_id, one.version) for one in found] == [("trip", 2), ("joined", 1), ("trip", 1)]
    assert (found[1].resource_name, found[1].version_tag, found[1].deployed_at_ms) == (
        "joined.bpmn",
        "",
        EPOCH_MS,
    )
    assert found[0].deployment_key != found[1].deployment_key


def test_definitions_are_narrowed_to_a_process_and_to_the_latest() -> None:
    engine = engine_with(TRIP)
    engine.deploy_contents({"joined.bpmn": JOINED})
    engine.deploy_contents({"model-1.bpmn": NEXT_TRIP})
    of_trip = list_definitions(engine.store, bpmn_process_id="trip").items
    assert [one.version for one in of_trip] == [2, 1]
    latest = list_definitions(engine.store, latest_only=True).items
    assert [(one.bpmn_process_id, one.version) for one in latest] == [("trip", 2), ("joined", 1)]


def test_a_diagram_comes_back_byte_for_byte() -> None:
    engine = engine_with(TRIP)
    key = list_definitions(engine.store).items[0].key
    found = definition_xml(engine.store, key)
    assert (found.resource_name, found.xml) == ("model-1.bpmn", TRIP)


def test_an_unknown_definition_has_no_diagram_and_no_names() -> None:
    store = engine_with(TRIP).store
    with pytest.raises(Rejection, match="process definition with key '4711', but none was found") as refused:
        definition_xml(store, 4711)
    assert refused.value.type is RejectionType.NOT_FOUND
    assert element_names(store, 4711) == {}


def test_elements_are_named_by_the_version_that_an_instance_runs_on() -> None:
    engine = engine_with(TRIP)
    engine.deploy_contents({"model-1.bpmn": NEXT_TRIP})
    new, old = (element_names(engine.store, one.key) for one in list_definitions(engine.store).items)
    assert (new["book-hotel"].name, old["book-hotel"].name) == ("Book a hotel", "Book hotel")
    assert new["undo"].type == "intermediateThrowEvent"


def test_a_rule_that_is_added_later_does_not_take_the_names_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(outline: Outline) -> Iterator[Finding]:
        yield Finding(1, "trip", "new-rule", f"{len(outline.elements)} elements are too many")

    engine = engine_with(TRIP.replace(b"Book hotel", b"Book that hotel"))
    monkeypatch.setattr(read, "RULES", (refuse,))
    assert not read.read(TRIP, "trip.bpmn").processes
    (definition,) = list_definitions(engine.store).items
    assert element_names(engine.store, definition.key)["book-hotel"].name == "Book that hotel"


def test_a_model_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_with(TRIP.replace(b"Book hotel", b"Book this hotel"))
    key = list_definitions(engine.store).items[0].key
    names = element_names(engine.store, key)
    monkeypatch.delattr(definitions, "read_accepted")
    assert element_names(engine.store, key) is names


def test_only_so_many_models_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "REMEMBERED_MODELS", 1)
    monkeypatch.setattr(definitions, "_remembered", OrderedDict())
    engine = engine_with(TRIP, JOINED)
    for one in list_definitions(engine.store).items:
        assert element_names(engine.store, one.key)
    assert len(definitions._remembered) == 1
