"""A timeline of a process instance: a bar for each piece of work, in the order in which it began; undo in its own colour."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from counterflow_wire import counterflow_v1 as wire

WIDTH = 48


def timeline(answer: wire.GetProcessInstanceResponse, now_ms: int) -> Text:
    """One line a task: its name, its bar, what became of it."""
    instance = answer.process_instance
    end_ms = instance.ended_at_ms if instance.HasField("ended_at_ms") else now_ms
    length_ms = max(end_ms - instance.started_at_ms, 1)
    text = Text()
    for element in sorted(_tasks(answer.root), key=lambda task: task.key):
        until_ms = element.ended_at_ms if element.HasField("ended_at_ms") else now_ms
        first = (element.activated_at_ms - instance.started_at_ms) * WIDTH // length_ms
        last = max((until_ms - instance.started_at_ms) * WIDTH // length_ms, first + 1)
        style, word = _looks(element)
        text.append(f"  {element.element_name or element.element_id:<16}")
        text.append(" " * first)
        text.append("█" * (last - first), style=style)
        text.append(" " * (WIDTH - last + 2) + word + "\n", style=style)
    return text


def _looks(element: wire.ElementInstance) -> tuple[str, str]:
    if element.state == wire.ELEMENT_INSTANCE_STATE_TERMINATED:
        return "red", "failed"
    if element.undo_record_key:
        return "magenta", "undone" if element.state == wire.ELEMENT_INSTANCE_STATE_COMPLETED else "undoing …"
    return ("green", "done") if element.state == wire.ELEMENT_INSTANCE_STATE_COMPLETED else ("cyan", "running …")


def _tasks(element: wire.ElementInstance) -> Iterator[wire.ElementInstance]:
    if element.element_type.endswith("Task"):
        yield element
    for child in element.children:
        yield from _tasks(child)
