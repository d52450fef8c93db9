"""Why an instance has not gone on, and what an undo would do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterflow.cli.options import AddressOption, InstanceArgument, JsonOption, own_program, remote
from counterflow.cli.output import (
    count,
    duration,
    give_drawing,
    give_json,
    moment,
    ordinal,
    shortened,
)
from counterflow.cli.remedies import commands_for, headline

if TYPE_CHECKING:
    from rich.text import Text

PROGRAM = "`counterflow "
"""How commands in the sentences of the server begin; they are shown as they are to be pasted."""


def why(key: InstanceArgument, address: AddressOption = "", as_json: JsonOption = False) -> None:
    """Say why a process instance has not gone on.

    For each token: what it waits for, since when, and who or what could end that; also in the instances that
    it has called.
    """
    answer = remote(address).call("ExplainProcessInstance", process_instance_key=key)
    if as_json:
        give_json(_data(answer))
        return
    from rich.console import Group  # noqa: PLC0415 - drawing costs what other commands do not pay

    give_drawing(Group(*_explained(answer, time.time_ns() // 1_000_000, own_program(address))))


def undo_plan(
    key: InstanceArgument,
    scope: Annotated[
        int,
        typer.Option(
            "--scope",
            metavar="KEY",
            help="The active sub-process that the compensation would be thrown in; else the process.",
        ),
    ] = 0,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="How many handlers to tell at most.")
    ] = 1_000,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say what a compensation thrown now would run.

    Which handlers, in which order, and what each would see; and what those that were thrown before have not
    undone yet, with the incidents that hold them. Nothing is carried out.
    """
    answer = remote(address).call("PlanUndo", process_instance_key=key, scope_key=scope, handler_limit=limit)
    if as_json:
        give_json(_data(answer))
        return
    from rich.console import Group  # noqa: PLC0415 - drawing costs what other commands do not pay

    give_drawing(Group(*_planned(answer), *_underway(answer, own_program(address))))


def _explained(answer: Any, now_ms: int, program: str) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415 - drawing costs what other commands do not pay

    from counterflow_wire import counterflow_v1 as wire  # noqa: PLC0415 - protobuf costs what --help does not pay

    state = wire.ProcessInstanceState.Name(answer.state).removeprefix("PROCESS_INSTANCE_STATE_").lower()
    heading = Text.assemble((answer.bpmn_process_id, "bold"), f"  {answer.process_instance_key}  {state}")
    if not answer.reasons:
        heading.append(": nothing is waited for", style="dim")
    yield heading
    before = 0
    for reason in answer.reasons:
        is_another_way = reason.element_instance_key == before and bool(reason.catch_element_id)
        before = reason.element_instance_key
        yield from _reason(reason, answer.process_instance_key, now_ms, program, is_another_way)
    if answer.left_out:
        yield Text("… and more, which is left out", style="dim")


def _reason(
    reason: Any, instance_key: int, now_ms: int, program: str, is_another_way: bool
) -> Iterator[Text]:
    """The lines of a reason; `is_another_way` on of the element instance that the one before is about."""
    from rich.text import Text  # noqa: PLC0415 - drawing costs what other commands do not pay

    name = reason.element_name or reason.element_id
    line = Text.assemble("  or " if is_another_way else "\n● ", (name, "bold"))
    if reason.loop_counter > 0:
        line.append(f" #{reason.loop_counter}")
    if reason.catch_element_id:
        line.append(f", by {reason.catch_element_name or reason.catch_element_id},")
    line.append(f" waits for {reason.waits_for}")
    if reason.HasField("due_at_ms"):
        line.append(f", {_due(reason.due_at_ms - now_ms)}", style="cyan")
    line.append(
        f"  since {moment(reason.since_ms)}, {duration(max(now_ms - reason.since_ms, 0))}", style="dim"
    )
    if reason.process_instance_key != instance_key:
        line.append(f"  in {reason.bpmn_process_id} {reason.process_instance_key}", style="dim")
    yield line
    yield Text(f"     → {reason.way_on.replace(PROGRAM, f'`{program} ')}", style="green")


def _due(left_ms: int) -> str:
    return f"due in {duration(left_ms)}" if left_ms >= 0 else f"overdue for {duration(-left_ms)}"


def _planned(answer: Any) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415 - drawing costs what other commands do not pay

    handlers = len(answer.handlers) + answer.handlers_left_out
    yield Text.assemble(
        (answer.bpmn_process_id, "bold"),
        f"  {answer.process_instance_key}  a compensation in {answer.scope_id} would run "
        f"{count(handlers, 'more handler' if answer.underway else 'handler')}",
        (f", in {answer.order} order" if handlers else "", "dim"),
    )
    for handler in answer.handlers:
        yield Text.assemble(
            (f"  {ordinal(handler.round):>5}  ", "magenta"),
            (f"↶ {handler.handler_name or handler.handler_element_id}", "bold"),
            f"  undoes {handler.element_name or handler.element_id}",
        )
        for variable in handler.variables:
            yield Text.assemble("           ", (variable.name, "blue"), " = ", shortened(variable.value_json))
    if answer.handlers_left_out:
        yield Text(f"… and {answer.handlers_left_out} more, which --limit leaves out", style="dim")
    for scope in answer.scopes:
        if scope.key != answer.scope_key:
            yield Text(
                f"in {scope.element_name or scope.element_id} it would run "
                f"{count(scope.handlers, 'handler')}: --scope {scope.key}",
                style="dim",
            )


def _underway(answer: Any, program: str) -> Iterator[Text]:
    """What compensations that have been thrown have still to undo, and what holds that up."""
    from rich.text import Text  # noqa: PLC0415 - drawing costs what other commands do not pay

    throw_key = 0
    for one in answer.underway:
        if one.throw_element_instance_key != throw_key:
            throw_key = one.throw_element_instance_key
            yield Text.assemble(
                "under way, thrown by ", (one.throw_name or one.throw_element_id, "bold"), ", not undone yet:"
            )
        yield Text.assemble(
            (f"  {ordinal(one.round):>5}  ", "magenta"),
            (f"↶ {one.handler_name or one.handler_element_id}", "bold"),
            f"  undoes {one.element_name or one.element_id}, ",
            _state(one),
        )
        for incident in one.incidents:
            yield from _holding(incident, program)
    if answer.underway_left_out:
        yield Text(f"… and {answer.underway_left_out} more, which --limit leaves out", style="dim")


def _state(one: Any) -> tuple[str, str]:
    if one.incidents:
        return "has failed: nothing that waits for it begins until its incident is resolved", "red"
    return ("runs", "cyan") if one.handler_element_instance_key else ("waits for its turn", "dim")


def _holding(incident: Any, program: str) -> Iterator[Text]:
    from rich.text import Text  # noqa: PLC0415 - drawing costs what other commands do not pay

    yield Text(
        f"           incident {incident.key}  {headline(incident)}: {shortened(incident.message, 200)}"
    )
    for line in (incident.remedy, *commands_for(incident, program)):
        yield Text(f"           → {line}", style="yellow")


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
