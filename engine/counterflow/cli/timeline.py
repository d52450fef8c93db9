"""A process instance along time: a bar for each piece of work in the order of beginning, undo coloured."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from counterflow_wire import counterflow_v1 as wire

WIDTH, NARROWEST = 48, 12
NARROWEST_NAME, WIDEST_NAME = 16, 40
LONGEST_WORD = len("  running …")
BODY = -1
"""`loop_counter` of the body of a multi-instance activity: its instances have the bars."""


def timeline(answer: wire.GetProcessInstanceResponse, now_ms: int, columns: int = 0) -> Text:
    """One line a task or call: its name, its bar, what became of it.

    Of a page with so many columns (0: as many as wanted).
    """
    instance = answer.process_instance
    end_ms = instance.ended_at_ms if instance.HasField("ended_at_ms") else now_ms
    length_ms = max(end_ms - instance.started_at_ms, 1)
    text = Text()
    work = sorted(_work(answer.root), key=lambda element: element.key)
    widest = max([NARROWEST_NAME, *(len(_name(element)) for element in work)])
    width = max(min(WIDTH, columns - widest - 2 - LONGEST_WORD), NARROWEST) if columns else WIDTH
    for element in work:
        until_ms = element.ended_at_ms if element.HasField("ended_at_ms") else now_ms
        first = (element.activated_at_ms - instance.started_at_ms) * width // length_ms
        last = max((until_ms - instance.started_at_ms) * width // length_ms, first + 1)
        style, word = _looks(element)
        text.append(f"  {_name(element):<{widest}}")
        text.append(" " * first)
        text.append("█" * (last - first), style=style)
        text.append(" " * (width - last + 2) + word + "\n", style=style)
    return text


def _name(element: wire.ElementInstance) -> str:
    name = " ".join((element.element_name or element.element_id).split())
    name = name if len(name) <= WIDEST_NAME else f"{name[: WIDEST_NAME - 1]}…"
    return f"{name} #{element.loop_counter}" if element.loop_counter > 0 else name


def _looks(element: wire.ElementInstance) -> tuple[str, str]:
    if element.state == wire.ELEMENT_INSTANCE_STATE_TERMINATED:
        return "red", _ended_by(element.termination)
    if element.undo_record_key:
        return "magenta", "undone" if element.state == wire.ELEMENT_INSTANCE_STATE_COMPLETED else "undoing …"
    if element.incidents:
        return "red", "incident"
    return (
        ("green", "done") if element.state == wire.ELEMENT_INSTANCE_STATE_COMPLETED else ("cyan", "running …")
    )


def _ended_by(termination: wire.Termination) -> str:
    if termination.error_code or termination.cause == wire.Termination.CAUSE_UNSPECIFIED:
        return "failed"
    return "cancelled" if termination.cause == wire.Termination.CAUSE_COMMAND else "terminated"


def _work(element: wire.ElementInstance) -> Iterator[wire.ElementInstance]:
    if element.element_type.endswith(("Task", "callActivity")) and element.loop_counter != BODY:
        yield element
    for child in element.children:
        yield from _work(child)
