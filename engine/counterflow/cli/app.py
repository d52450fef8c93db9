"""The commands in one table, and how each of them ends."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, ClassVar

import typer

from counterflow.cli.exits import FAILED, OK, Failure
from counterflow.cli.help import CommandGroup, NamedCommand
from counterflow.cli.options import AddressOption
from counterflow.cli.output import give
from counterflow.cli.streams import give_up_stdout, is_unwritable, use_plain_streams
from counterflow.version import __version__
from counterflow.visible import visible

GROUPS: Mapping[str, Sequence[NamedCommand]] = {
    "Run": (
        NamedCommand("serve", "commands.server", "Run the server until SIGTERM or Ctrl-C."),
        NamedCommand("dev", "commands.server", "Run a server and tell what happens in it."),
        NamedCommand("demo", "demo.command", "Watch a server, three workers and a saga."),
        NamedCommand("worker", "commands.worker", "Run the worker that a Python file defines."),
        NamedCommand("topology", "commands.topology", "Say who answers, and how it is."),
    ),
    "Models": (
        NamedCommand("deploy", "commands.models", "Deploy BPMN and DMN files, all of them or none."),
        NamedCommand("lint", "commands.models", "Say what a deployment would refuse or warn of."),
        NamedCommand("render", "commands.render", "Draw a BPMN or DMN file as SVG."),
        NamedCommand("delete", "commands.delete", "Delete a version: nothing begins on it any more."),
        NamedCommand("definitions", "commands.models", "List deployed versions, newest first."),
        NamedCommand("decisions", "commands.decisions", "List deployed decisions, newest first."),
        NamedCommand("evaluate", "commands.decisions", "Evaluate a deployed decision."),
    ),
    "Process instances": (
        NamedCommand("start", "commands.start", "Start a process instance."),
        NamedCommand("instances", "commands.instances", "List process instances, newest first."),
        NamedCommand("show", "commands.show", "Draw a process instance as a tree."),
        NamedCommand("why", "commands.why", "Say why a process instance has not gone on."),
        NamedCommand("undo-plan", "commands.why", "Say what a compensation thrown now would run."),
        NamedCommand("history", "commands.show", "Print what has happened, event by event."),
        NamedCommand("migrate", "commands.migrate", "Bring running instances to another version."),
        NamedCommand("modify", "commands.modify", "Move the tokens of a process instance by hand."),
        NamedCommand("cancel", "commands.instances", "End running process instances."),
        NamedCommand(
            "set-variables", "commands.instances", "Set variables of a process or element instance."
        ),
        NamedCommand("publish", "commands.messages", "Publish a message to those who wait for it."),
        NamedCommand("correlate", "commands.messages", "Publish a message to one who waits for it now."),
        NamedCommand("trigger", "commands.messages", "Let what waits for a message go on without it."),
        NamedCommand("activate", "commands.ad_hoc", "Begin activities of an ad-hoc sub-process."),
        NamedCommand("broadcast", "commands.signals", "Broadcast a signal to all who wait for it."),
        NamedCommand("evaluate-conditional", "commands.conditions", "Begin instances where conditions hold."),
    ),
    "Work and repair": (
        NamedCommand("jobs", "commands.jobs", "List what waits for workers, or do it by hand."),
        NamedCommand("tasks", "commands.tasks", "List what waits for people, take it and do it."),
        NamedCommand("incidents", "commands.repair", "List what waits for a person to mend it."),
        NamedCommand("resolve", "commands.repair", "Try again what an incident stopped."),
        NamedCommand("quarantine", "commands.repair", "List or release what was set aside after a fault."),
        NamedCommand("suspend", "commands.suspend", "Hold back instances, a definition, a job type."),
        NamedCommand("resume", "commands.suspend", "Let what was suspended go on."),
        NamedCommand("check", "commands.check", "Read a database through, and say what is damaged."),
        NamedCommand("release-due", "commands.repair", "Let come what serve --hold-due holds."),
    ),
    "Try out, without a server": (
        NamedCommand("feel", "commands.decisions", "Evaluate a FEEL expression."),
        NamedCommand("dmn", "commands.decisions", "Try out decision models (DMN) without a server."),
    ),
}
"""In the order of the help: run something, deploy to it, watch it, mend it."""


class CounterflowCommands(CommandGroup):
    """The commands in their groups."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {
        heading: [str(command.name) for command in commands] for heading, commands in GROUPS.items()
    }

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {str(command.name): command for commands in GROUPS.values() for command in commands}


app = typer.Typer(
    name="counterflow",
    cls=CounterflowCommands,
    help="A BPMN 2.0 process engine that speaks Zeebe's gRPC protocol and undoes exactly what was done.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def show_version(is_asked_for: bool) -> None:
    """Print the version and end, if that is what was asked."""
    if is_asked_for:
        give(f"counterflow {__version__}")
        raise typer.Exit(OK)


@app.callback()
def for_all(
    address: AddressOption = "",
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What is said before the command: commands that are told no address themselves take this one."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is that of `exits.py`."""
    use_plain_streams()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except OSError as error:
        if not is_unwritable(error):
            raise
        give_up_stdout()
        with suppress(OSError):
            sys.stderr.write(f"Expected to write the answer to stdout, but that says: {error.strerror}\n")
        return FAILED
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        app(args=None if arguments is None else list(arguments), prog_name="counterflow")
    except Failure as failure:
        sys.stderr.write(f"{visible(str(failure))}\n")
        return failure.code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else OK
    return OK
