"""Commands for when something is stuck: incidents and quarantine."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from counterflow.cli.exits import Failure
from counterflow.cli.help import CommandGroup, TerminalCommand
from counterflow.cli.options import (
    LARGEST_KEY,
    AddressOption,
    InstanceArgument,
    JsonOption,
    LimitOption,
    own_program,
    remote,
)
from counterflow.cli.output import count, give, give_json, give_table, moment, say, say_what_is_left_out
from counterflow.cli.remedies import commands_for, headline
from counterflow.cli.remote import Remote
from counterflow.visible import visible_line

quarantine = typer.Typer(
    name="quarantine",
    cls=CommandGroup,
    help="List or release what was set aside after a fault.",
    no_args_is_help=True,
)


def incidents(
    instance: Annotated[
        int,
        typer.Option(
            "--instance",
            metavar="KEY",
            min=0,
            show_default=False,
            help="Only those of this process instance and of what it has called.",
        ),
    ] = 0,
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List what waits for a person to mend it.

    The newest first, with what to do about each and the commands to paste.
    """
    listed = remote(address).pages(
        "ListIncidents", "incidents", limit, process_instance_key=instance, with_called=bool(instance)
    )
    if as_json:
        give_json([_data(one) for one in listed.items])
        return
    for one in listed.items:
        give(f"{one.key}  {visible_line(headline(one))}  {moment(one.created_at_ms)}")
        for line in (*one.message.split("\n"), f"→ {one.remedy}", *commands_for(one, own_program(address))):
            give(f"    {line}")
    say_what_is_left_out(listed)
    if not listed.items:
        say("No open incidents.")


def resolve(
    incident: Annotated[int, typer.Argument(metavar="INCIDENT", help="The key of an incident.")],
    retries: Annotated[
        int, typer.Option("--retries", metavar="N", min=1, help="Retries that its job is given first.")
    ] = 1,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Try again what an incident stopped.

    A job that has failed is given retries first. Says so where that opens a new incident at once.
    """
    server = remote(address)
    row = _open_incident(server, incident)
    job_key = int(row.job_key) if row is not None else 0
    before = _newest(server, row)
    if job_key:
        server.call("UpdateJobRetries", jobKey=job_key, retries=retries)
    server.call("ResolveIncident", incidentKey=incident)
    newest = _newest(server, row)
    opened = (
        newest if newest is not None and newest.key > max(before.key if before else 0, incident) else None
    )
    if as_json:
        give_json(
            {
                "incidentKey": incident,
                "jobKey": job_key or None,
                "retries": retries if job_key else None,
                "newIncidentKey": opened.key if opened is not None else None,
            }
        )
    job = f"; job {job_key} has {count(retries, 'retry')}" if job_key else ""
    say(f"Resolved incident {incident}{job}.")
    if opened is not None:
        say(visible_line(f"A new one has come at once: {opened.key}  {headline(opened)}: {opened.message}"))


@quarantine.command("list", cls=TerminalCommand)
def list_quarantined(
    limit: LimitOption = 100, address: AddressOption = "", as_json: JsonOption = False
) -> None:
    """List what is set aside, and why.

    Nothing touches these process instances until a person releases or cancels them.
    """
    listed = remote(address).pages("GetQuarantine", "quarantined_instances", limit)
    if as_json:
        give_json([_data(one) for one in listed.items])
        return
    give_table(
        ("INSTANCE", "PROCESS", "VERSION", "SINCE", "REASON"),
        [
            (
                one.process_instance_key,
                one.bpmn_process_id,
                one.version,
                moment(one.quarantined_at_ms),
                one.reason,
            )
            for one in listed.items
        ],
    )
    say_what_is_left_out(listed)


@quarantine.command("release", cls=TerminalCommand)
def release(key: InstanceArgument, address: AddressOption = "") -> None:
    """Let a process instance go on.

    To give it up instead, cancel it.
    """
    remote(address).call("ReleaseQuarantined", process_instance_key=key)
    say(f"Released process instance {key}.")


def release_due(address: AddressOption = "") -> None:
    """Let come what serve --hold-due holds.

    Timers, time-outs of jobs and whatever else is due. Also work of no instance that is
    held since the server has ended in the middle of it.
    """
    was_held = remote(address).call("ReleaseDue").was_held
    say("What was held comes from now on." if was_held else "Nothing was held.")


def _newest(server: Remote, incident: Any) -> Any:
    """The newest open incident of the instance that an incident is in; None where there is none."""
    if incident is None:
        return None
    key = incident.process_instance_key
    newest = server.call("ListIncidents", page_size=1, process_instance_key=key).incidents
    return newest[0] if newest else None


def _open_incident(server: Remote, incident: int) -> Any:
    """An open incident by its key; None where there is no such, or it cannot be asked for."""
    if not 0 < incident < LARGEST_KEY:
        return None  # nobody's key, as the server will say
    try:
        # Pages hold what is older than their key: so the first on this page is the incident itself, if it is
        # open.
        newest = server.call("ListIncidents", page_size=1, page_key=incident + 1).incidents
    except Failure as failure:
        if failure.status == "UNIMPLEMENTED":
            return None  # a gateway without our reading service
        raise
    return newest[0] if newest and newest[0].key == incident else None


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
