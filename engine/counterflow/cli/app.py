"""The commands in one table, and how each of them ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Annotated, Any, ClassVar

import typer

from counterflow.cli import (
    decision_commands,
    instance_commands,
    job_commands,
    message_commands,
    model_commands,
    render_commands,
    repair_commands,
    server_commands,
    show_commands,
    start_commands,
)
from counterflow.cli.demo.command import demo
from counterflow.cli.exits import INTERRUPTED, OK, Failure
from counterflow.cli.help import Command, Commands
from counterflow.cli.options import AddressOption, address_of_all
from counterflow.cli.output import give
from counterflow.cli.streams import use_plain_streams
from counterflow.version import __version__
from counterflow.visible import visible

GROUPS: Mapping[str, Sequence[Callable[..., None] | typer.Typer]] = {
    "Run": (
        server_commands.serve,
        server_commands.dev,
        demo,
        server_commands.worker,
        server_commands.topology,
    ),
    "Models": (
        model_commands.deploy,
        model_commands.lint,
        render_commands.render,
        model_commands.definitions,
        decision_commands.decisions,
        decision_commands.evaluate,
    ),
    "Process instances": (
        start_commands.start,
        instance_commands.instances,
        show_commands.show,
        show_commands.history,
        instance_commands.cancel,
        instance_commands.set_variables,
        message_commands.publish,
    ),
    "Work and repair": (
        job_commands.jobs,
        repair_commands.incidents,
        repair_commands.resolve,
        repair_commands.quarantine,
    ),
    "Try out, without a server": (decision_commands.feel, decision_commands.dmn),
}
"""In the order of the help: run something, deploy to it, watch it, mend it."""

COMMANDS = [one for group in GROUPS.values() for one in group if not isinstance(one, typer.Typer)]


def name_of(one: Callable[..., None] | typer.Typer) -> str:
    """What is typed for a command, or for a family of them."""
    return str(one.info.name) if isinstance(one, typer.Typer) else one.__name__.replace("_", "-")


class OurCommands(Commands):
    """The commands in their groups."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {
        heading: [name_of(one) for one in group] for heading, group in GROUPS.items()
    }


app = typer.Typer(
    name="counterflow",
    cls=OurCommands,
    help="A BPMN 2.0 process engine that speaks Zeebe's gRPC protocol and undoes exactly what was done.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def interrupted_by_choice(command: Callable[..., None]) -> Callable[..., None]:
    """The command, for which Ctrl-C is an end like others: typer would call it an abortion and a failure."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            raise Failure(INTERRUPTED, "Interrupted.") from None

    return run


for one in (one for group in GROUPS.values() for one in group):
    if isinstance(one, typer.Typer):
        app.add_typer(one)
    else:
        app.command(cls=Command)(interrupted_by_choice(one))


def show_version(asked: bool) -> None:
    """Print the version and end, if that is what was asked."""
    if asked:
        give(f"counterflow {__version__}")
        raise typer.Exit(OK)


@app.callback()
def for_all(
    address: AddressOption = "",
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What is said before the command."""
    address_of_all[0] = address


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is that of `exits.py`."""
    use_plain_streams()
    try:
        app(args=None if arguments is None else list(arguments), prog_name="counterflow")
    except Failure as failure:
        sys.stderr.write(f"{visible(str(failure))}\n")
        return failure.code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else OK
    return OK
