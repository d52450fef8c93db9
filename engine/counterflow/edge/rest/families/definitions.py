"""Versions of processes that are searched for, and the files that they came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from counterflow.edge.rest.calls import key_of
from counterflow.edge.rest.filters import FilterRules, is_so, meant_words
from counterflow.edge.rest.operations import Asked, Content, Operation
from counterflow.edge.rest.searches import Searched, Searches, is_key
from counterflow.edge.rest.shapes.found import (
    FoundProcessDefinition,
    ProcessDefinitionPage,
    ProcessDefinitionSearch,
)
from counterflow.queries.definitions import UNNAMED, definition_xml, element_names
from counterflow.queries.search import sources
from counterflow.service.service import Service
from counterflow.store.port import Store
from counterflow.store.searching import Among, Condition, Missing, Not, OneOf

XML: Final = "text/xml"


class DefinitionOperations:
    """The questions about versions of processes."""

    def __init__(self, service: Service) -> None:
        self._searches = Searches(service)

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        return (
            Operation(
                "searchProcessDefinitions",
                "POST",
                "/process-definitions/search",
                "Versions of processes.",
                self.search,
                ProcessDefinitionSearch,
                ProcessDefinitionPage,
            ),
            Operation(
                "getProcessDefinition",
                "GET",
                "/process-definitions/{processDefinitionKey}",
                "One version of a process.",
                self.get,
                None,
                FoundProcessDefinition,
            ),
            Operation(
                "getProcessDefinitionXML",
                "GET",
                "/process-definitions/{processDefinitionKey}/xml",
                "The file that a version came in, byte for byte.",
                self.xml,
                None,
                Content,
            ),
        )

    async def search(self, asked: Asked) -> Any:
        """A page of versions."""
        return await self._searches.page(asked, DEFINITIONS)

    async def get(self, asked: Asked) -> Any:
        """One version."""
        key = is_key("process_definition_key", key_of(asked, "processDefinitionKey"))
        return await self._searches.one(asked, DEFINITIONS, "process definition", key)

    async def xml(self, asked: Asked) -> Any:
        """The file of a version."""
        key = key_of(asked, "processDefinitionKey")
        return await self._searches.ask(asked, lambda store: Content(definition_xml(store, key).xml, XML))


def _rules(store: Store) -> FilterRules:
    latest: Condition = Among("process_definition_key", sources.latest_keys(store))
    return FilterRules(
        special={
            "is_latest_version": is_so(latest),
            "has_start_form": lambda value: OneOf(()) if value else Not(OneOf(())),
            "state": _in_state,
        }
    )


def _in_state(value: Any) -> Condition:
    words: dict[str, Condition] = {
        "ACTIVE": Missing("deleted"),
        "DELETED": Not(Missing("deleted")),
        "DRAINING": OneOf(()),
    }
    return OneOf(tuple(words[word] for word in meant_words(value, words)))


def _definition(store: Store, found: dict[str, Any]) -> FoundProcessDefinition:
    names = element_names(store, found["process_definition_key"])
    return FoundProcessDefinition(
        process_definition_key=str(found["process_definition_key"]),
        process_definition_id=found["process_definition_id"],
        name=names.get(found["process_definition_id"], UNNAMED).name or None,
        resource_name=found["resource_name"],
        version=found["version"],
        version_tag=found["version_tag"],
        has_start_form=False,
        state="ACTIVE" if found["deleted"] is None else "DELETED",
        tenant_id=found["tenant_id"],
    )


DEFINITIONS: Final = Searched(
    sources.PROCESS_DEFINITIONS,
    ("process_definition_key",),
    lambda store, records: [_definition(store, each) for each in records],
    ProcessDefinitionPage,
    _rules,
    {"name": lambda store: sources.process_names(store, "it.key")},
)
