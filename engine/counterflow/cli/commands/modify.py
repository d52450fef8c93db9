"""The command that moves the tokens of a running process instance by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from counterflow.cli.exits import USAGE, Failure
from counterflow.cli.options import AddressOption, VariablesOption, read_object, remote, shown
from counterflow.cli.output import say

Wish = dict[str, Any]


def modify(  # noqa: PLR0913, PLR0917 - each is an option of the command line, and given by name there
    key: Annotated[int, typer.Argument(metavar="KEY", help="The key of a running process instance.")],
    activate: Annotated[
        list[str] | None,
        typer.Option(
            "--activate",
            metavar="ELEMENT[@ANCESTOR]",
            help="A token begins there, in the scope with this key where there are several.",
        ),
    ] = None,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", metavar="ELEMENT[@ANCESTOR]", help="It goes along the flows that lead away."),
    ] = None,
    inside: Annotated[
        list[str] | None,
        typer.Option("--inside", metavar="SCOPE[@ANCESTOR]", help="It begins at the start inside."),
    ] = None,
    terminate: Annotated[
        list[str] | None,
        typer.Option(
            "--terminate", metavar="KEY|ELEMENT", help="An element instance ends, or all of an element."
        ),
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option("--move", metavar="A=B", help="Tokens at A (a key or an element) go on at B."),
    ] = None,
    variables: VariablesOption = "{}",
    local: Annotated[
        str, typer.Option("--local", metavar="JSON", help="Variables of what begins, each its own.")
    ] = "{}",
    address: AddressOption = "",
) -> None:
    """Move the tokens of a process instance by hand.

    All of it happens, or nothing. What ends loses its work and what was done inside it; with the last token
    the process instance ends. What begins starts as usual; scopes around it that are not there are made.
    Each option may be given several times.
    """
    kinds = (("BEFORE", activate), ("AFTER", after), ("INSIDE", inside))
    begun = [_begun(word, kind) for kind, words in kinds for word in words or ()]
    moves = [_moved(word) for word in move or ()]
    ends = [_named(word, "element_instance_key", "element_id") for word in terminate or ()]
    if not begun and not moves and not ends:
        raise Failure(
            USAGE, "Expected something to change: --activate, --after, --inside, --terminate or --move"
        )
    _give_variables([*begun, *moves], read_object(variables, "--variables"), read_object(local, "--local"))
    remote(address).call(
        "ModifyProcessInstance", process_instance_key=key, activate=begun, terminate=ends, move=moves
    )
    parts = (("activated", len(begun)), ("terminated", len(ends)), ("moved", len(moves)))
    say(f"Modified {key}: {', '.join(f'{what} {number}' for what, number in parts if number)}.")


def _begun(word: str, kind: str) -> Wish:
    element, at, ancestor = word.rpartition("@")
    if not at:
        return {"element_id": word, "kind": f"ACTIVATION_KIND_{kind}"}
    if not ancestor.isdecimal():
        raise Failure(
            USAGE,
            f"--{kind.lower()}: expected ELEMENT or ELEMENT@KEY of a scope around it, found {shown(word)}",
        )
    return {"element_id": element, "ancestor_key": int(ancestor), "kind": f"ACTIVATION_KIND_{kind}"}


def _moved(word: str) -> Wish:
    source, equals, target = word.partition("=")
    if not equals or not source or not target:
        raise Failure(USAGE, f"--move: expected SOURCE=TARGET, as in pack=ship, found {shown(word)}")
    named = _named(source, "source_element_instance_key", "source_element_id")
    return {**named, "target_element_id": target}


def _named(word: str, by_key: str, by_id: str) -> Wish:
    """An id never begins with a digit, as XML has it."""
    return {by_key: int(word)} if word.isdecimal() else {by_id: word}


def _give_variables(begun: Sequence[Wish], variables: str, local: str) -> None:
    if variables != "{}":
        if not begun:
            raise Failure(USAGE, "--variables: nothing begins; use `counterflow set-variables`")
        begun[0]["variable_instructions"] = [{"variables_json": variables}]
    for one in begun if local != "{}" else ():
        own = {"variables_json": local, "scope_id": one.get("element_id") or one["target_element_id"]}
        one["variable_instructions"] = [*one.get("variable_instructions", ()), own]
