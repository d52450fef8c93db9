"""The command that deletes a version of what was deployed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from counterflow.cli.commands.instances import cancel_each
from counterflow.cli.options import AddressOption, JsonOption, remote
from counterflow.cli.output import count, give_json, say
from counterflow.cli.remote import Remote
from counterflow.visible import visible_line


def delete(
    key: Annotated[
        int,
        typer.Argument(
            metavar="KEY", help="Of a version of a process (`definitions` lists them) or of a decision model."
        ),
    ],
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Cancel the instances that run on it, too.")
    ] = False,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Delete a version: nothing begins on it any more.

    The version before it is the latest then. What runs goes on to its end, and what has happened can still be
    looked at.
    """
    server = remote(address)
    definition = _definition(server, key)
    server.call("DeleteResource", resourceKey=key)
    what = (
        f"version {definition.version} of {definition.bpmn_process_id}" if definition else f"resource {key}"
    )
    say(visible_line(f"Deleted {what}."))
    running = list(_running(server, key)) if definition else []
    roots = [int(one.key) for one in running if not one.parent_process_instance_key]
    failures = cancel_each(server, roots) if cascade else {}
    cancelled = [one for one in roots if one not in failures] if cascade else []
    if as_json:
        left = [int(one.key) for one in running if int(one.key) not in cancelled]
        give_json({"resourceKey": key, "cancelled": cancelled, "running": left})
    for failure in failures.values():
        say(str(failure))
    _say_what_runs(len(running), len(cancelled), cascade=cascade)


def _definition(server: Remote, key: int) -> Any:
    """The version of a process that has this key; None where none has."""
    listed = server.call("ListDefinitions", page_key=key + 1, page_size=1).definitions
    return next((one for one in listed if one.key == key), None)


def _running(server: Remote, key: int) -> Iterable[Any]:
    """The instances that run on a version, those that others have called included."""
    running = {"process_definition_key": key, "state": "PROCESS_INSTANCE_STATE_ACTIVE"}
    return server.iterate("ListProcessInstances", "process_instances", **running)


def _say_what_runs(running: int, cancelled: int, *, cascade: bool) -> None:
    if cancelled:
        say(f"Cancelled {count(cancelled, 'process instance')}.")
    left = running - cancelled
    if left:
        way = (
            "others have called what is not cancelled by itself"
            if cascade
            else "`counterflow cancel KEY` ends one before its end"
        )
        say(f"{count(left, 'process instance')} on it may go on to the end; {way}.")
