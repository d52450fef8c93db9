"""What is directly inside a process or sub-process, sorted by how it is drawn."""

from __future__ import annotations

from collections import defaultdict

from lxml import etree

from counterflow.bpmn.xml import BPMN
from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.layout.canvas import EVENT, GATEWAY, TASK
from counterflow.drawing.traits import is_true


def tag_of(element: etree._Element) -> str:
    """The local name of a BPMN element, empty for anything else."""
    prefix, tag = f"{{{BPMN}}}", str(element.tag)
    return tag.removeprefix(prefix) if tag.startswith(prefix) else ""


def id_of(element: etree._Element) -> str:
    """The id of an element that is to be drawn."""
    key = element.get("id")
    if not key:
        raise NotDrawn(
            f"line {element.sourceline}: expected an id on {tag_of(element)}, found none: a diagram refers "
            "to elements by id"
        )
    return key


def is_scope(element: etree._Element) -> bool:
    """Whether others are drawn inside it."""
    return tag_of(element) in {"subProcess", "transaction", "adHocSubProcess"}


def size_of(element: etree._Element) -> tuple[int, int] | None:
    """Width and height of a flow node without anything inside; None for what is none."""
    tag = tag_of(element)
    if tag.endswith("Event"):
        return EVENT
    if tag.endswith("Gateway"):
        return GATEWAY
    return TASK if tag.lower().endswith("task") or tag == "callActivity" or is_scope(element) else None


def ends_of(connection: etree._Element) -> tuple[str, str]:
    """The ids of what a flow or association joins."""
    return connection.get("sourceRef", ""), connection.get("targetRef", "")


class ScopeContent:
    """The elements directly inside a process or sub-process, sorted by how they are drawn."""

    def __init__(self, element: etree._Element) -> None:
        self.nodes = {id_of(child): child for child in element if size_of(child) is not None}
        self.flows = [child for child in element if tag_of(child) == "sequenceFlow" and self._joins(child)]
        self.associations = [
            child for child in element if tag_of(child) == "association" and self._joins(child)
        ]
        self.hosts = {
            key: node.get("attachedToRef", "")
            for key, node in self.nodes.items()
            if node.get("attachedToRef") in self.nodes
        }
        self.handlers: dict[str, str] = {}
        """By activity: the one that undoes it."""
        self._undoes: dict[str, str] = {}
        self.undone_by: dict[str, list[etree._Element]] = defaultdict(list)
        """By handler: the associations that lead to it."""
        for association in self.associations:
            self._read(association)
        self.inner = {key: node for key, node in self.nodes.items() if is_true(node.get("triggeredByEvent"))}
        apart = {*self.hosts, *self.handlers.values(), *self.inner}
        self.main = [key for key in self.nodes if key not in apart]
        in_grid = frozenset(self.main)
        pairs = {ends: (self.hosts.get(ends[0], ends[0]), ends[1]) for ends in map(ends_of, self.flows)}
        self.routed = {ends for ends, pair in pairs.items() if in_grid.issuperset(pair)}
        """The ends of flows that run between columns and rows; those to a handler, say, do not."""
        self.pairs = list(dict.fromkeys(pair for ends, pair in pairs.items() if ends in self.routed))
        self._on_border: dict[str, list[str]] = defaultdict(list)
        for event, host in self.hosts.items():
            self._on_border[host].append(event)

    def boundary_events(self, host: str) -> list[str]:
        """On an activity: those that lead to its handler first."""
        undoing = {
            end for association in self.undone_by[self.handlers.get(host, "")] for end in ends_of(association)
        }
        return sorted(self._on_border[host], key=lambda event: event not in undoing)

    def _joins(self, connection: etree._Element) -> bool:
        return all(end in self.nodes for end in ends_of(connection))

    def _read(self, association: etree._Element) -> None:
        """A handler stands below one activity, the first that it undoes, whatever else leads to it."""
        for event, handler in (ends_of(association), ends_of(association)[::-1]):
            if event in self.hosts and is_true(self.nodes[handler].get("isForCompensation")):
                host = self.hosts[event]
                if (
                    self._undoes.setdefault(handler, host) == host
                    and self.handlers.setdefault(host, handler) == handler
                ):
                    self.undone_by[handler].append(association)
