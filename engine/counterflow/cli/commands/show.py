"""Looking at one process instance: as a tree, as bars along time, event by event."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from counterflow.cli.exits import NOT_FOUND, USAGE, Failure
from counterflow.cli.options import (
    AddressOption,
    InstanceArgument,
    JsonOption,
    interruptible,
    own_program,
    remote,
)
from counterflow.cli.output import give, give_drawing, give_json, moment
from counterflow.cli.remote import Remote
from counterflow.visible import visible_json

FOLLOW_EVERY_S = 0.5


def show(
    key: Annotated[
        int | None, typer.Argument(metavar="KEY", help="The key of a process instance.", show_default=False)
    ] = None,
    last: Annotated[
        bool, typer.Option("--last", help="The one that was started last, in place of KEY.")
    ] = False,
    process: Annotated[
        str, typer.Option("--process", metavar="ID", help="With --last: of this process.")
    ] = "",
    timeline: Annotated[
        bool,
        typer.Option("--timeline", help="Bars along time in place of the tree, one for each piece of work."),
    ] = False,
    active: Annotated[bool, typer.Option("--active", help="Leave out what has ended.")] = False,
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            metavar="N",
            min=1,
            help="How many element instances at most, the oldest ended left out first.",
        ),
    ] = 1_000,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Draw a process instance as a tree.

    What has happened in it and why, what waits, what was undone by what.
    """
    if (key is None) != last or (process and not last):
        raise Failure(
            USAGE,
            "Expected the KEY of a process instance, or --last (with --process ID, the last of that process)",
        )
    server = remote(address)
    instance_key = _last(server, process) if key is None else key
    answer = server.call(
        "GetProcessInstance", process_instance_key=instance_key, active_only=active, element_limit=limit
    )
    if as_json:
        give_json(_data(answer))
        return
    from counterflow.cli.drawing import draw, draw_timeline  # noqa: PLC0415 - drawing costs what other commands do not pay

    give_drawing(
        (draw_timeline if timeline else draw)(answer, time.time_ns() // 1_000_000, own_program(address))
    )


def history(
    key: InstanceArgument,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Go on until the instance has ended; JSON is then one object a line."),
    ] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, help="How many events at most; 0 means all.")
    ] = 0,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Print what has happened, event by event."""
    server = remote(address)
    if follow:
        interruptible(lambda: _follow(server, key, as_json))
    elif as_json:
        give_json(
            [_data(record) for record in server.stream("GetHistory", process_instance_key=key, limit=limit)]
        )
    else:
        for record in server.stream("GetHistory", process_instance_key=key, limit=limit):
            give(_line(record))


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


def _last(server: Remote, process: str) -> int:
    """The instance that somebody or something outside has started last."""
    newest = server.pages(
        "ListProcessInstances", "process_instances", 1, bpmn_process_id=process, roots_only=True
    ).items
    if not newest:
        raise Failure(
            NOT_FOUND,
            f"Expected a process instance{f' of {process}' if process else ''}, but none was ever started",
        )
    return int(newest[0].key)


def is_end(record: Any) -> bool:
    """Whether a history record is the last of its process instance."""
    of_process = record.key == record.process_instance_key and record.process_instance_key != 0
    return of_process and record.event in {"ElementCompleted", "ElementTerminated", "InstanceAbandoned"}


def _line(record: Any) -> str:
    about = f"{moment(record.timestamp_ms)}  {record.event:<24}  {record.element_id or '-':<24}"
    return f"{record.position:>6}  {about}  {visible_json(record.details_json)}"


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
