"""Commands about process instances: find them, end them, change their variables."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from counterflow.cli.exits import NOT_FOUND, OK, UNAVAILABLE, USAGE, Failure
from counterflow.cli.options import (
    AddressOption,
    JsonOption,
    LimitOption,
    read_keys,
    read_moment_ms,
    read_object,
    remote,
)
from counterflow.cli.output import (
    count,
    duration,
    give_json,
    give_table,
    json_data,
    moment,
    say,
    say_what_is_left_out,
)
from counterflow.cli.remote import Listed, Remote

STATES = ("active", "completed", "terminated")


def instances(  # noqa: PLR0913, PLR0917 - each is an option of the command line, and given by name there
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            autocompletion=lambda: list(STATES),
            help=f"Only those that are {', '.join(STATES)}.",
        ),
    ] = "",
    process: Annotated[str, typer.Option("--process", metavar="ID", help="Only those of this process.")] = "",
    with_incident: Annotated[
        bool, typer.Option("--with-incident", help="Only those that an incident holds up.")
    ] = False,
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="TIME", help="Only those begun since: 2h ago, or 2026-11-30T08:00 (UTC)."
        ),
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Only those begun before.")] = "",
    variable: Annotated[
        str,
        typer.Option(
            "--variable",
            metavar="NAME[=JSON]",
            help="Only active ones with this variable (and value; what is no JSON is a string).",
        ),
    ] = "",
    business_id: Annotated[
        str, typer.Option("--business-id", metavar="ID", help="Only those with this business id.")
    ] = "",
    tag: Annotated[str, typer.Option("--tag", metavar="TAG", help="Only those with this tag.")] = "",
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List process instances, newest first."""
    if state and state not in STATES:
        raise Failure(USAGE, f"--state: expected one of {', '.join(STATES)}, found '{state}'")
    now_ms = time.time_ns() // 1_000_000
    name, value = _read_variable(variable)
    listed = remote(address).pages(
        "ListProcessInstances",
        "process_instances",
        limit,
        count=True,
        bpmn_process_id=process,
        state=f"PROCESS_INSTANCE_STATE_{state.upper()}" if state else "PROCESS_INSTANCE_STATE_UNSPECIFIED",
        with_incidents=with_incident,
        started_after_ms=read_moment_ms(since, "--since", now_ms) if since else 0,
        started_before_ms=read_moment_ms(until, "--until", now_ms) if until else 0,
        variable_name=name,
        variable_json=value,
        business_id=business_id,
        tag=tag,
    )
    _give(listed, now_ms, as_json)
    if variable and not listed.items:
        say(
            "Found none: --variable looks at active process instances only; what one that has ended held, "
            "`counterflow show KEY` tells."
        )


def _give(listed: Listed, now_ms: int, as_json: bool) -> None:
    if as_json:
        give_json([_data(one) for one in listed.items])
    else:
        give_table(
            ("KEY", "PROCESS", "VERSION", "STATE", "STARTED", "FOR", ""),
            [_row(one, now_ms) for one in listed.items],
        )
    say_what_is_left_out(listed)


def cancel(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY…", help="Keys of process instances; - for keys on stdin."),
    ] = None,
    process: Annotated[
        str, typer.Option("--process", metavar="ID", help="All running instances of this process.")
    ] = "",
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """End running process instances.

    What they have done stays done: nothing is undone. Of several, each is tried; the exit code is that of the
    first that failed.
    """
    if bool(keys) == bool(process):
        raise Failure(
            USAGE,
            "Expected keys of process instances, or --process ID for all running instances of one process",
        )
    server = remote(address)
    instance_keys = read_keys(keys) if keys else _running(server, process)
    ends = {key: _cancel(server, key) for key in instance_keys}
    if process:  # what has ended between the list and its turn has ended, which is what was wanted
        ends = {key: end for key, end in ends.items() if end is None or end.code != NOT_FOUND}
    failures = {key: end for key, end in ends.items() if end is not None}
    if as_json:
        give_json(
            [
                {"processInstanceKey": key, "cancelled": end is None, "error": str(end) if end else None}
                for key, end in ends.items()
            ]
        )
    _say_cancelled(list(ends), failures)


def set_variables(
    key: Annotated[
        int, typer.Argument(metavar="KEY", help="The key of a process instance or of an element instance.")
    ],
    variables: Annotated[str, typer.Argument(metavar="JSON", help="A JSON object, @FILE, or - for stdin.")],
    local: Annotated[
        bool, typer.Option("--local", help="In this scope only, not where each variable lives already.")
    ] = False,
    address: AddressOption = "",
) -> None:
    """Set variables of a process or element instance."""
    remote(address).call(
        "SetVariables", elementInstanceKey=key, variables=read_object(variables, "JSON"), local=local
    )
    say(f"Set variables on {key}.")


def _read_variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if text and not name:
        raise Failure(USAGE, f"--variable: expected NAME or NAME=JSON, found '{text}'")
    if not equals:
        return name, ""
    try:
        json_data(value)
    except ValueError:
        return name, json.dumps(value)
    return name, value


def _running(server: Remote, process: str) -> list[int]:
    """The running instances of a process that can be cancelled by themselves.

    Raises `Failure` where the server knows no such process.
    """
    running = {"bpmn_process_id": process, "state": "PROCESS_INSTANCE_STATE_ACTIVE", "roots_only": True}
    return [int(one.key) for one in server.iterate("ListProcessInstances", "process_instances", **running)]


def cancel_each(server: Remote, keys: Iterable[int]) -> dict[int, Failure]:
    """Cancel instances one after another; answers why those could not be cancelled that could not.

    One that has ended meanwhile has ended, which is what was wanted.
    """
    ends = ((key, _cancel(server, key)) for key in keys)
    return {key: end for key, end in ends if end is not None and end.code != NOT_FOUND}


def _cancel(server: Remote, key: int) -> Failure | None:
    """Why an instance could not be cancelled, if it could not.

    Raises `Failure` where there is no use in trying others.
    """
    try:
        server.call("CancelProcessInstance", processInstanceKey=key)
    except Failure as failure:
        if failure.code == UNAVAILABLE:
            raise
        return failure
    return None


def _say_cancelled(keys: list[int], failures: dict[int, Failure]) -> None:
    if len(keys) == 1 and not failures:
        say(f"Cancelled process instance {keys[0]}.")
        return
    for failure in failures.values():
        say(str(failure))
    if len(keys) != 1:
        done = len(keys) - len(failures)
        say(
            f"Cancelled {done} of {count(len(keys), 'process instance')}."
            if keys
            else "No instance is running: nothing to cancel."
        )
    if failures:
        raise typer.Exit(next((failure.code for failure in failures.values()), OK))


def _row(instance: Any, now_ms: int) -> list[object]:
    end_ms = instance.ended_at_ms if instance.HasField("ended_at_ms") else now_ms
    state = ("active", "completed", "terminated")[instance.state - 1] if instance.state else "-"
    troubles = [count(instance.incident_count, "incident")] if instance.incident_count else []
    troubles += ["quarantined"] if instance.quarantined else []
    troubles += ["suspended"] if instance.HasField("suspended_at_ms") else []
    labels = [instance.business_id] if instance.business_id else []
    labels += [f"#{tag}" for tag in instance.tags]
    lasted = duration(max(end_ms - instance.started_at_ms, 0))
    started = moment(instance.started_at_ms)
    return [
        instance.key,
        instance.bpmn_process_id,
        instance.version,
        state,
        started,
        lasted,
        ", ".join([*troubles, *labels]),
    ]


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
