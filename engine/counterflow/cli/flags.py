"""Flags made from settings: a command takes one for each, under the setting's own name, words and default."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

from counterflow.settings import Setting, Settings

DEFAULTS = Settings()


def with_flags(settings: Iterable[Setting]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator: the command takes a flag for each setting, before its other parameters, for its `**`.

    It is called with every flag by the setting's name: the text that was typed, True for a flag without a
    value, None where it was not given.
    """
    flags = [_parameter(setting) for setting in settings]

    def declare(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        others = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        own = [one.replace(kind=one.KEYWORD_ONLY) for one in others]
        command.__signature__ = signature.replace(parameters=[*flags, *own])  # type: ignore[attr-defined]  # what `inspect` asks first is no field of functions
        return command

    return declare


def _parameter(setting: Setting) -> inspect.Parameter:
    default = getattr(DEFAULTS, setting.name)
    otherwise = f" [{default}]" if setting.value and default is not None else ""
    option = typer.Option(
        setting.flag,
        metavar=setting.value or None,
        help=f"{setting.meaning[0].upper()}{setting.meaning[1:]}.{otherwise}",
        rich_help_panel=setting.section,
        show_default=False,
    )
    kind: Any = str if setting.value else bool
    return inspect.Parameter(
        setting.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )
