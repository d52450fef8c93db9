"""Starting process instances, and waiting for what comes of them."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from counterflow.cli.exits import FAILED, INCIDENT, INTERRUPTED, TIMED_OUT, USAGE, Failure
from counterflow.cli.options import (
    AddressOption,
    JsonOption,
    VariablesOption,
    own_program,
    read_object,
    remote,
)
from counterflow.cli.output import give, give_json, json_data, say
from counterflow.cli.remedies import commands_for, headline
from counterflow.cli.remote import Remote

FIRST_PAUSE_S = 0.01
LONGEST_PAUSE_S = 0.25
LONGEST_WAIT_S = 31_536_000
"""A year."""


def start(  # noqa: PLR0913, PLR0917 - each is an option of the command line, and given by name there
    process: Annotated[str, typer.Argument(metavar="ID", help="The id of a deployed process.")],
    variables: VariablesOption = "{}",
    version: Annotated[int, typer.Option("--version", metavar="N", help="-1 means the latest.")] = -1,
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at", metavar="ELEMENT", help="Begin at this element instead; can be given several times."
        ),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag of it and of its jobs; several.")
    ] = None,
    business_id: Annotated[
        str, typer.Option("--business-id", metavar="ID", help="What it is called outside the engine.")
    ] = "",
    terminate_after: Annotated[
        list[str] | None,
        typer.Option("--terminate-after", metavar="ELEMENT", help="It ends with this element; several."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--await", help="Wait for the end, or for an incident, and print the variables.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="How long --await waits.")
    ] = 60.0,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Start a process instance.

    Prints its key; with --await, its variables when it has completed. An incident ends the wait with exit
    code 7.
    """
    _refuse_senseless(timeout)
    request: dict[str, Any] = {
        "bpmnProcessId": process,
        "version": version,
        "variables": read_object(variables, "--variables"),
        "startInstructions": [{"elementId": element_id} for element_id in at or ()],
        "runtimeInstructions": [{"terminate": {"afterElementId": last}} for last in terminate_after or ()],
        "tags": tags or [],
        **({"businessId": business_id} if business_id else {}),
    }
    server = remote(address)
    if not wait:
        _give_started(server.call("CreateProcessInstance", **request), own_program(address), as_json)
    elif _can_be_looked_at(server):
        started = server.call("CreateProcessInstance", **request)
        _wait(server, started, timeout, own_program(address), as_json)
    else:
        _start_with_result(server, request, timeout, as_json)


def _refuse_senseless(timeout_s: float) -> None:
    if not 0 <= timeout_s <= LONGEST_WAIT_S:
        raise Failure(
            USAGE,
            f"--timeout: expected seconds from 0 to {LONGEST_WAIT_S}, such as 30 or 0.5, but found "
            f"{timeout_s:g}",
        )


def _give_started(started: Any, program: str, as_json: bool) -> None:
    key = started.processInstanceKey
    if as_json:
        give_json(_data(started))
    else:
        give(str(key))
    say(f"Started {started.bpmnProcessId} version {started.version}; watch it with `{program} show {key}`.")


def _can_be_looked_at(server: Remote) -> bool:
    """Whether the server says how its instances are; another gateway only says when one has completed."""
    try:
        server.call("ListProcessInstances", page_size=1)
    except Failure as failure:
        if failure.status == "UNIMPLEMENTED":
            return False
        raise
    return True


def _start_with_result(server: Remote, request: dict[str, Any], timeout_s: float, as_json: bool) -> None:
    timeout_ms = max(int(timeout_s * 1_000), 1)
    # The server is given the time that was asked for, the connection a little more: so it is the server that
    # says it is over.
    answer = server.call(
        "CreateProcessInstanceWithResult",
        timeout_ms=timeout_ms + 5_000,
        request=request,
        requestTimeout=timeout_ms,
    )
    _give_completed(answer, _data(answer)["variables"], as_json)


def _wait(server: Remote, started: Any, timeout_s: float, program: str, as_json: bool) -> None:
    key = started.processInstanceKey
    try:
        _wait_for_end(server, key, timeout_s, program, as_json)
        variables = _variables_of(server, key)
    except Failure as failure:
        if failure.status:
            raise Failure(
                failure.code, f"{failure}; process instance {key} was started and goes on", failure.status
            ) from None
        raise
    except KeyboardInterrupt:
        raise Failure(INTERRUPTED, f"Interrupted; process instance {key} was started and goes on.") from None
    _give_completed(started, variables, as_json)


def _give_completed(instance: Any, variables: dict[str, Any], as_json: bool) -> None:
    give_json({**_data(instance), "variables": variables} if as_json else variables)
    say(
        f"Completed {instance.bpmnProcessId} version {instance.version}, process instance "
        f"{instance.processInstanceKey}."
    )


def _wait_for_end(server: Remote, key: int, timeout_s: float, program: str, as_json: bool) -> None:
    """Look until the instance has completed, sparing the server more the longer it takes.

    Raises `Failure` where it does not.
    """
    give_up = time.monotonic() + timeout_s
    pause_s = FIRST_PAUSE_S
    while not _has_completed(server, key, program, as_json):
        left_s = give_up - time.monotonic()
        if left_s <= 0:
            raise Failure(
                TIMED_OUT,
                f"Process instance {key} was started, but has not completed within {timeout_s * 1000:g} ms; "
                "it goes on",
            )
        time.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)


def _has_completed(server: Remote, key: int, program: str, as_json: bool) -> bool:
    # Pages hold what is older than their key: so the first on this page is the instance itself.
    (instance,) = server.call("ListProcessInstances", page_size=1, page_key=key + 1).process_instances
    state = type(instance).DESCRIPTOR.fields_by_name["state"].enum_type.values_by_number[instance.state].name
    if state.endswith("TERMINATED"):
        raise Failure(
            FAILED,
            f"Process instance {key} was terminated before it could complete; `{program} show {key}` says by "
            "what",
        )
    if state.endswith("COMPLETED"):
        return True
    if instance.quarantined:
        raise Failure(
            INCIDENT,
            f"Process instance {key} was set aside after a fault of the engine; `{program} quarantine list` "
            "says which",
        )
    incidents = server.call("ListIncidents", process_instance_key=key, with_called=True).incidents
    if incidents:
        if as_json:
            give_json({"processInstanceKey": key, "incidents": [_data(one) for one in incidents]})
        oldest = incidents[-1]
        lines = (*oldest.message.split("\n"), f"→ {oldest.remedy}", *commands_for(oldest, program))
        raise Failure(INCIDENT, "\n    ".join([f"incident {oldest.key}  {headline(oldest)}", *lines]))
    return False


def _variables_of(server: Remote, key: int) -> dict[str, Any]:
    root = server.call("GetProcessInstance", process_instance_key=key, active_only=True, element_limit=1).root
    return {variable.name: json_data(variable.value_json) for variable in root.variables}


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
