"""Commands about process instances: start one, look at it, change it, end it."""

from __future__ import annotations

import sys
import time
from typing import Annotated, Any

import typer

from counterflow.cli.exits import USAGE, Failure
from counterflow.cli.options import (
    AddressOption,
    InstanceArgument,
    JsonOption,
    LimitOption,
    VariablesOption,
    interruptible,
    read_object,
    remote,
)
from counterflow.cli.output import duration, give, give_json, give_table, moment, say
from counterflow.cli.remote import Remote

STATES = ("active", "completed", "terminated")
FOLLOW_EVERY_S = 0.5
WIDTH_OF_A_FILE = 200
"""Columns that a tree may take where no terminal says how many there are."""


def start(
    process: Annotated[str, typer.Argument(metavar="ID", help="The id of a deployed process.")],
    variables: VariablesOption = "{}",
    version: Annotated[int, typer.Option("--version", metavar="N", help="-1 means the latest.")] = -1,
    at: Annotated[
        list[str] | None, typer.Option("--at", metavar="ELEMENT", help="Begin at this element instead; can be given several times.")
    ] = None,
    wait: Annotated[bool, typer.Option("--await", help="Wait for the end and print the variables.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="How long --await waits.")] = 60.0,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Start a process instance.

    Prints its key; with --await, its variables when it has completed.
    """
    request: dict[str, Any] = {
        "bpmnProcessId": process,
        "version": version,
        "variables": read_object(variables, "--variables"),
        "startInstructions": [{"elementId": element_id} for element_id in at or ()],
    }
    server = remote(address)
    if wait:
        _start_and_wait(server, request, timeout, as_json)
        return
    answer = server.call("CreateProcessInstance", **request)
    if as_json:
        give_json(_data(answer))
    else:
        give(str(answer.processInstanceKey))
    say(f"Started {answer.bpmnProcessId} version {answer.version}; watch it with `counterflow show {answer.processInstanceKey}`.")


def instances(
    state: Annotated[str, typer.Option("--state", help=f"Only those that are {', '.join(STATES)}.")] = "",
    process: Annotated[str, typer.Option("--process", metavar="ID", help="Only those of this process.")] = "",
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List process instances, newest first."""
    if state and state not in STATES:
        raise Failure(USAGE, f"--state: expected one of {', '.join(STATES)}, found '{state}'")
    wanted = f"PROCESS_INSTANCE_STATE_{state.upper()}" if state else "PROCESS_INSTANCE_STATE_UNSPECIFIED"
    found = remote(address).pages("ListProcessInstances", "process_instances", limit, bpmn_process_id=process, state=wanted)
    if as_json:
        give_json([_data(one) for one in found])
        return
    now_ms = time.time_ns() // 1_000_000
    give_table(("KEY", "PROCESS", "VERSION", "STATE", "STARTED", "FOR", ""), [_row(one, now_ms) for one in found])


def show(
    key: InstanceArgument,
    active: Annotated[bool, typer.Option("--active", help="Leave out what has ended.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="How many element instances at most, the oldest ended left out first.")
    ] = 1_000,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Draw a process instance as a tree.

    What has happened in it, what waits, what was undone by what.
    """
    answer = remote(address).call("GetProcessInstance", process_instance_key=key, active_only=active, element_limit=limit)
    if as_json:
        give_json(_data(answer))
        return
    from rich.console import Console  # noqa: PLC0415 - drawing costs what other commands do not pay

    from counterflow.cli.drawing import draw  # noqa: PLC0415 - as above

    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE).print(draw(answer, time.time_ns() // 1_000_000))


def history(
    key: InstanceArgument,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the instance has ended; JSON is then one object a line.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="How many events at most; 0 means all.")] = 0,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Print what has happened, event by event."""
    server = remote(address)
    if follow:
        interruptible(lambda: _follow(server, key, as_json))
    elif as_json:
        give_json([_data(record) for record in server.stream("GetHistory", process_instance_key=key, limit=limit)])
    else:
        for record in server.stream("GetHistory", process_instance_key=key, limit=limit):
            give(_line(record))


def cancel(key: InstanceArgument, address: AddressOption = "") -> None:
    """End a running process instance.

    What it has done stays done: nothing is undone.
    """
    remote(address).call("CancelProcessInstance", processInstanceKey=key)
    say(f"Cancelled process instance {key}.")


def set_variables(
    key: Annotated[int, typer.Argument(metavar="KEY", help="The key of a process instance or of an element instance.")],
    variables: Annotated[str, typer.Argument(metavar="JSON", help="A JSON object, @FILE, or - for stdin.")],
    local: Annotated[bool, typer.Option("--local", help="In this scope only, not where each variable lives already.")] = False,
    address: AddressOption = "",
) -> None:
    """Set variables of a process or element instance."""
    remote(address).call("SetVariables", elementInstanceKey=key, variables=read_object(variables, "JSON"), local=local)
    say(f"Set variables on {key}.")


def _start_and_wait(server: Remote, request: dict[str, Any], timeout_s: float, as_json: bool) -> None:
    timeout_ms = max(int(timeout_s * 1_000), 1)
    # The server is given the time that was asked for, the connection a little more: so it is the server that says it is over.
    answer = server.call("CreateProcessInstanceWithResult", timeout_ms=timeout_ms + 5_000, request=request, requestTimeout=timeout_ms)
    data = _data(answer)
    give_json(data if as_json else data["variables"])
    say(f"Completed {answer.bpmnProcessId} version {answer.version}, process instance {answer.processInstanceKey}.")


def _follow(server: Remote, key: int, as_json: bool) -> None:
    position = 0
    ended = False
    while not ended:
        for record in server.stream("GetHistory", process_instance_key=key, after_position=position):
            position = record.position
            ended = ended or is_end(record)
            if as_json:
                give_json(_data(record), one_line=True)
            else:
                give(_line(record))
        if not ended:
            time.sleep(FOLLOW_EVERY_S)


def is_end(record: Any) -> bool:
    """Whether a history record is the last of its process instance."""
    of_process = record.key == record.process_instance_key and record.process_instance_key != 0
    return of_process and record.event in {"ElementCompleted", "ElementTerminated", "InstanceAbandoned"}


def _line(record: Any) -> str:
    return f"{record.position:>6}  {moment(record.timestamp_ms)}  {record.event:<24}  {record.element_id or '-':<24}  {record.details_json}"


def _row(instance: Any, now_ms: int) -> list[object]:
    end_ms = instance.ended_at_ms if instance.HasField("ended_at_ms") else now_ms
    state = ("active", "completed", "terminated")[instance.state - 1] if instance.state else "-"
    troubles = [f"{instance.incident_count} incident{'s' * (instance.incident_count != 1)}"] if instance.incident_count else []
    troubles += ["quarantined"] if instance.quarantined else []
    lasted = duration(max(end_ms - instance.started_at_ms, 0))
    started = moment(instance.started_at_ms)
    return [instance.key, instance.bpmn_process_id, instance.version, state, started, lasted, ", ".join(troubles)]


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
