"""How commands present themselves, and how they are loaded, each when it is used. They stand in groups, with
examples and exit codes, and with words that people have brought from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, wraps
from importlib import import_module
from itertools import pairwise, takewhile
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from counterflow.cli.examples import EXAMPLES
from counterflow.cli.exits import INTERRUPTED, MEANINGS, USAGE, Failure
from counterflow.cli.foreign import hint_for, hint_for_option, hint_for_unknown

OTHERS = "Commands"


class TerminalCommand(TyperCommand):
    """A command whose help shows arguments by their names alone, and examples."""

    def parse_args(self, context: Any, args: list[str]) -> list[str]:
        """As typer. Raises `Failure` for an option that is written otherwise here."""
        taking = {
            name for param in self.params if not getattr(param, "is_flag", False) for name in param.opts
        }
        command = context.command_path.partition(" ")[2]
        for before, word in pairwise(["", *takewhile("--".__ne__, args)]):
            hint = hint_for_option(command, word.partition("=")[0]) if before not in taking else ""
            if hint:
                raise Failure(USAGE, hint)
        return super().parse_args(context, args)

    def collect_usage_pieces(self, context: Any) -> list[str]:
        """The words of the usage line: `[OPTIONS] NAME`, `[OPTIONS] KEY…`."""
        return [
            "[OPTIONS]",
            *(_usage(param) for param in self.get_params(context) if param.param_type_name == "argument"),
        ]

    def format_options(self, context: Any, formatter: Any) -> None:
        """Write a section of arguments, then those of options."""
        _format_options(self, context, formatter)

    def format_epilog(self, context: Any, formatter: Any) -> None:
        """Write the examples."""
        _format_examples(context, formatter)


class CommandGroup(TyperGroup):
    """Commands in groups: `groups` has their names by heading."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {}

    def format_options(self, context: Any, formatter: Any) -> None:
        """Write the sections of options, then those of commands."""
        _format_options(self, context, formatter)
        self.format_commands(context, formatter)

    def format_commands(self, context: Any, formatter: Any) -> None:
        """Write a section for each group, and one behind them for what is in none."""
        grouped = {name for names in self.groups.values() for name in names}
        others = [name for name in self.list_commands(context) if name not in grouped]
        widest = max(map(len, self.list_commands(context)))
        for heading, names in {**self.groups, OTHERS: others}.items():
            shown = [
                (name, command)
                for name in names
                if (command := self.get_command(context, name)) is not None and not command.hidden
            ]
            if shown:
                with formatter.section(heading):
                    formatter.write_dl(
                        [
                            (name.ljust(widest), command.get_short_help_str(formatter.width - widest - 6))
                            for name, command in shown
                        ]
                    )

    def format_epilog(self, context: Any, formatter: Any) -> None:
        """Write the examples, and of the program itself the exit codes."""
        _format_examples(context, formatter)
        if context.parent is None:
            with formatter.section("Exit codes"):
                formatter.write_dl([(str(code), meaning) for code, meaning in MEANINGS.items()])

    def resolve_command(self, context: Any, args: list[str]) -> Any:
        """The command that is meant. Raises `Failure` for one that is called otherwise here."""
        if context.parent is None:
            hint = hint_for(args) if args[0] in self.commands else hint_for_unknown(args)
            if hint:
                raise Failure(USAGE, hint)
        return super().resolve_command(context, args)


class NamedCommand(TyperCommand):
    """A command by its name and its line in the help. Whatever uses it is handed to the command itself, which
    is loaded from its module (below `counterflow.cli`) then.
    """

    def __init__(self, name: str, module: str, summary: str) -> None:
        super().__init__(name=name, help=summary)
        self.module = module

    @cached_property
    def loaded(self) -> Any:
        """The command, or the family of commands: the function or `typer.Typer` of this name."""
        name = str(self.name)
        declared = getattr(import_module(f"counterflow.cli.{self.module}"), name.replace("-", "_"))
        if isinstance(declared, typer.Typer):
            declared.rich_markup_mode = None
            return typer.main.get_group(declared)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        alone.command(name, cls=TerminalCommand)(interrupted_by_choice(declared))
        return typer.main.get_command(alone)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """The context of the command itself, in which it runs, shows its help and completes what is typed."""
        return self.loaded.make_context(*arguments, **options)


def interrupted_by_choice(command: Callable[..., None]) -> Callable[..., None]:
    """The same command, which Ctrl-C ends with `Failure(INTERRUPTED)`: typer would call it an abortion."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            raise Failure(INTERRUPTED, "Interrupted.") from None

    return run


def _usage(param: Any) -> str:
    name = param.metavar or str(param.name).upper()
    return name if param.required else f"[{name}]"


def _format_options(command: Any, context: Any, formatter: Any) -> None:
    sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
    for param in command.get_params(context):
        record = param.get_help_record(context)
        if record is not None and param.param_type_name == "argument":
            sections["Arguments"].append(
                (param.metavar or str(param.name).upper(), record[1].removesuffix("  [required]"))
            )
        elif record is not None:
            sections.setdefault(getattr(param, "rich_help_panel", None) or "Options", []).append(record)
    for heading, records in sections.items():
        if records:
            with formatter.section(heading):
                formatter.write_dl(records)


def _format_examples(context: Any, formatter: Any) -> None:
    lines = EXAMPLES.get(context.command_path.partition(" ")[2], ())
    if lines:
        with formatter.section("Examples"):
            for line in lines:
                formatter.write(f"{'':>{formatter.current_indent}}counterflow {line}\n")
