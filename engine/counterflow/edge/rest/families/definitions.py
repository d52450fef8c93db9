"""Versions of processes that are searched for, and the files that they came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from counterflow.edge.rest.calls import key_of
from counterflow.edge.rest.filters import FilterRules, compared, is_so, meant_words
from counterflow.edge.rest.operations import NOT_TO_RUN, Content, Operation, RestCall
from counterflow.edge.rest.searches import Searched, Searches
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

    async def search(self, call: RestCall) -> Any:
        """A page of versions."""
        return await self._searches.page(call, DEFINITIONS)

    async def get(self, call: RestCall) -> Any:
        """One version."""
        key = compared("process_definition_key", key_of(call, "processDefinitionKey"))
        return await self._searches.one(call, DEFINITIONS, "process definition", key)

    async def xml(self, call: RestCall) -> Any:
        """The file of a version."""
        key = key_of(call, "processDefinitionKey")
        # a model may hold scripts of XHTML, which a browser that shows it would run as ours
        return await self._searches.ask(
            call, lambda store: Content(definition_xml(store, key).xml, XML, NOT_TO_RUN)
        )


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


def _definition(store: Store, record: dict[str, Any]) -> FoundProcessDefinition:
    names = element_names(store, record["process_definition_key"])
    return FoundProcessDefinition(
        process_definition_key=str(record["process_definition_key"]),
        process_definition_id=record["process_definition_id"],
        name=names.get(record["process_definition_id"], UNNAMED).name or None,
        resource_name=record["resource_name"],
        version=record["version"],
        version_tag=record["version_tag"],
        has_start_form=False,
        state="ACTIVE" if record["deleted"] is None else "DELETED",
        tenant_id=record["tenant_id"],
    )


DEFINITIONS: Final = Searched(
    sources.PROCESS_DEFINITIONS,
    ("process_definition_key",),
    lambda store, records: [_definition(store, one) for one in records],
    ProcessDefinitionPage,
    _rules,
    {"name": lambda store: sources.process_names(store, "it.key")},
)
