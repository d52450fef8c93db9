"""One process instance on a page: its tree, what holds it up, what it undoes and has undone."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.edge.pages.html import Html, link, moment, table, tag
from counterflow.queries import shapes


def instance_parts(tree: shapes.InstanceTree, why: shapes.Reasons) -> Iterator[Html]:
    """What is told of an instance, part by part."""
    instance = tree.process_instance
    yield tag("p", _state(instance), " Began ", moment(instance.started_at_ms), " UTC", _ended(instance), ".")
    if parent := instance.parent_process_instance_key:
        yield tag("p", "Called by ", link(f"/operate/processes/{parent}", parent), ".")
    if tree.quarantine_reason:
        yield tag("p", "In quarantine: ", tree.quarantine_reason, kind="bad")
    if why.reasons:
        yield tag("h2", "Why it has not gone on")
        yield table(("element", "since (UTC)", "waits for", "what helps"), map(_reason, why.reasons))
    yield tag("h2", "Elements")
    yield tag("ul", _element(tree.root))
    if tree.elements_left_out:
        yield tag("p", f"{tree.elements_left_out} more that have ended are not shown.", kind="quiet")
    if tree.undo_records:
        yield tag("h2", "Completed work that has a way back")
        yield table(("element", "undone by", "state"), map(_undo, tree.undo_records))


def _state(instance: shapes.ProcessInstance) -> str:
    sentence = f"{instance.bpmn_process_id}, version {instance.version}: {instance.state}"
    if instance.suspended_at_ms is not None:
        sentence += f", suspended since {moment(instance.suspended_at_ms)} UTC"
    return f"{sentence}."


def _ended(instance: shapes.ProcessInstance) -> str:
    return "" if instance.ended_at_ms is None else f", ended {moment(instance.ended_at_ms)} UTC"


def _reason(reason: shapes.Reason) -> tuple[object, ...]:
    kind = "bad" if reason.kind in {"incident", "quarantine"} else ""
    return (
        reason.element_name or reason.element_id,
        moment(reason.since_ms),
        tag("span", reason.waits_for, kind=kind),
        reason.way_on,
    )


def _undo(record: shapes.UndoRecord) -> tuple[object, ...]:
    return record.element_name or record.element_id, record.handler_name or record.handler_id, record.state


def _element(element: shapes.ElementInstance) -> Html:
    """An element, with those in it, and so on; without recursion, for it may go deep."""
    opened: list[tuple[shapes.ElementInstance, Iterator[shapes.ElementInstance], list[Html]]] = []
    opened.append((element, iter(element.children), []))
    while True:
        here, rest, inside = opened[-1]
        child = next(rest, None)
        if child is not None:
            opened.append((child, iter(child.children), []))
            continue
        item = tag("li", *_line(here), tag("ul", *inside) if inside else "")
        opened.pop()
        if not opened:
            return item
        opened[-1][2].append(item)


def _line(element: shapes.ElementInstance) -> Iterator[object]:
    yield element.element_name or element.element_id
    yield tag("span", f" {element.element_type}, {element.state} ", kind="quiet")
    if element.called_instance_key:
        yield link(
            f"/operate/processes/{element.called_instance_key}", f"calls {element.called_instance_key}"
        )
    for incident in element.incidents:
        if incident.state == "open":
            yield tag("div", f"{incident.error_type}: {incident.message} {incident.remedy}", kind="bad")
    for variable in element.variables:
        yield tag("div", variable.name, " = ", tag("code", variable.value_json))
