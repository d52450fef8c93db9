"""What is deployed: the versions of processes, their files, and what their elements are called."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from counterflow.bpmn.read import read_accepted
from counterflow.kernel.rows import ProcessDefinition, Resource
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import JobDefinition, Node, Reach, UserTaskDefinition
from counterflow.queries.paging import newest_first
from counterflow.queries.shapes import Definition, DefinitionXml, Page
from counterflow.store.port import Store

REMEMBERED_MODELS = 256


class ElementName(NamedTuple):
    """How a diagram names an element: its text, empty if it has none, and its BPMN tag.

    `headers` are those of its work, a JSON object. `incoming` are the flows into it where there are
    several, in the order of the diagram: their ids, and where they come from. `reach` is what an inclusive
    gateway that joins knows of those who can come to it.
    """

    name: str
    type: str
    incoming: tuple[tuple[str, str], ...] = ()
    reach: Reach | None = None
    headers: bytes = b""
    part_of: str = ""
    """Of what is drawn as a part of an event, the id of that."""


UNNAMED = ElementName("", "")
Names = Mapping[str, ElementName]

_remembered: OrderedDict[tuple[bytes, str], Names] = OrderedDict()
"""By checksum and process id: the same bytes name the same elements, in whatever store they lie."""


def list_definitions(
    store: Store,
    *,
    bpmn_process_id: str = "",
    latest_only: bool = False,
    page_size: int = 0,
    page_key: int = 0,
) -> Page[Definition]:
    """Versions of one process (empty: of all) that are not deleted, newest first. Raises `Rejection`."""
    where: dict[str, int | str | None] = {"deleted_at_ms": None}
    if bpmn_process_id:
        where["bpmn_process_id"] = bpmn_process_id
    page = newest_first(store, ProcessDefinition, where, page_size=page_size, page_key=page_key)
    rows = page.items
    if latest_only:
        latest = _latest(store, where)
        rows = [row for row in rows if latest[row.bpmn_process_id] == row.version]
    return Page([_shape(row) for row in rows], page.next_page_key)


def refuse_unknown_process(store: Store, bpmn_process_id: str) -> None:
    """Raises `Rejection` for the id of a process that was never deployed (empty: of none)."""
    if not bpmn_process_id:
        return
    if not store.scan(ProcessDefinition, {"bpmn_process_id": bpmn_process_id}, limit=1):
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected the id of a deployed process, but found '{bpmn_process_id}'; "
            "`counterflow definitions` lists those that are",
        )


def definition_xml(store: Store, key: int) -> DefinitionXml:
    """The file that a definition came in. Raises `Rejection` for an unknown key."""
    definition = store.get(ProcessDefinition, (key,))
    resource = store.get(Resource, (definition.resource_key,)) if definition is not None else None
    if resource is None:
        raise Rejection(
            RejectionType.NOT_FOUND,
            f"Expected to find a process definition with key '{key}', but none was found",
        )
    return DefinitionXml(resource.name, resource.content)


def element_names(store: Store, definition_key: int) -> Names:
    """Names and types of a definition's elements by id; empty where the model cannot be read (any more)."""
    definition = store.get(ProcessDefinition, (definition_key,))
    if definition is None:
        return {}
    model = (definition.checksum, definition.bpmn_process_id)
    names = _remembered.get(model)
    if names is None:
        names = _remembered[model] = _read_names(store, definition)
        while len(_remembered) > REMEMBERED_MODELS:
            _remembered.popitem(last=False)
    return names


def _read_names(store: Store, definition: ProcessDefinition) -> Names:
    resource = store.get(Resource, (definition.resource_key,))
    if resource is None:
        return {}
    # a rule that a later version adds must not take the names off what it accepted once
    for process in read_accepted(resource.content, resource.name).processes:
        if process.id == definition.bpmn_process_id:
            return {
                node.id: ElementName(
                    node.name,
                    node.type,
                    _several(node),
                    node.reach,
                    _headers(node),
                    node.part_of or "",
                )
                for node in process.nodes.values()
            }
    return {}


def _several(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((flow.id, flow.source) for flow in node.incoming) if len(node.incoming) > 1 else ()


def _headers(node: Node) -> bytes:
    return node.work.headers if isinstance(node.work, UserTaskDefinition | JobDefinition) else b""


def _latest(store: Store, where: Mapping[str, int | str | None]) -> dict[str, int]:
    latest: dict[str, int] = {}
    for row in store.scan(ProcessDefinition, where):
        latest[row.bpmn_process_id] = max(row.version, latest.get(row.bpmn_process_id, 0))
    return latest


def _shape(row: ProcessDefinition) -> Definition:
    return Definition(
        key=row.key,
        bpmn_process_id=row.bpmn_process_id,
        version=row.version,
        version_tag=row.version_tag or "",
        resource_name=row.resource_name,
        deployment_key=row.deployment_key,
        deployed_at_ms=row.deployed_at_ms,
    )
