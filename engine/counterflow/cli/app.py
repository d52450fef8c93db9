"""The commands in one table, and how each of them ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any

import typer

from counterflow import __version__
from counterflow.cli import (
    decision_commands,
    instance_commands,
    message_commands,
    model_commands,
    render_commands,
    repair_commands,
    server_commands,
)
from counterflow.cli.demo.command import demo
from counterflow.cli.exits import INTERRUPTED, OK, Failure
from counterflow.cli.options import AddressOption, address_of_all
from counterflow.cli.output import give

app = typer.Typer(
    name="counterflow",
    help="A BPMN 2.0 process engine that speaks Zeebe's gRPC protocol and undoes exactly what was done.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)

COMMANDS: Sequence[Callable[..., None]] = (
    server_commands.serve,
    server_commands.dev,
    demo,
    server_commands.worker,
    server_commands.topology,
    model_commands.deploy,
    model_commands.lint,
    render_commands.render,
    model_commands.definitions,
    decision_commands.decisions,
    decision_commands.evaluate,
    instance_commands.start,
    instance_commands.instances,
    instance_commands.show,
    instance_commands.history,
    instance_commands.cancel,
    instance_commands.set_variables,
    message_commands.publish,
    repair_commands.incidents,
    repair_commands.resolve,
    decision_commands.feel,
)
"""In the order of the help: run something, deploy to it, watch it, mend it."""


def interrupted_by_choice(command: Callable[..., None]) -> Callable[..., None]:
    """The command, for which Ctrl-C is an end like others: typer would call it an abortion and a failure."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            raise Failure(INTERRUPTED, "Interrupted.") from None

    return run


for one in COMMANDS:
    app.command()(interrupted_by_choice(one))
app.add_typer(decision_commands.dmn)
app.add_typer(repair_commands.quarantine)


def show_version(asked: bool) -> None:
    """Print the version and end, if that is what was asked."""
    if asked:
        give(f"counterflow {__version__}")
        raise typer.Exit(OK)


@app.callback()
def for_all(
    address: AddressOption = "",
    _version: Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """What is said before the command."""
    address_of_all[0] = address


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is that of `exits.py`."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name="counterflow")
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else OK
    return OK
