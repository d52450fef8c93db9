"""The command that brings running instances to another version of their process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

from counterflow.cli.exits import NOT_FOUND, REJECTED, UNAVAILABLE, USAGE, Failure
from counterflow.cli.options import AddressOption, JsonOption, read_keys, remote
from counterflow.cli.output import count, give, give_json, give_table, say
from counterflow.cli.remote import Remote
from counterflow.visible import visible_line

AT_ONCE = 8
"""So many instances are asked for side by side: what comes together is committed together."""
SAY_EVERY = 1_000
TOLD = 10
"""So many refusals are told in full; --json has all of them."""

Answer = TypeVar("Answer")


class Refusal(NamedTuple):
    """An instance that stays what it is, and why."""

    key: int
    failure: Failure


def migrate(
    target: Annotated[
        str,
        typer.Option("--to", metavar="ID[:VERSION]", help="The target: a process, or a definition's key."),
    ],
    source: Annotated[
        str, typer.Option("--from", metavar="ID[:VERSION]", help="All running instances of it.")
    ] = "",
    instances: Annotated[
        list[str] | None,
        typer.Option("--instance", metavar="KEY", help="These instances; - for keys on stdin."),
    ] = None,
    mappings: Annotated[
        list[str] | None, typer.Option("--map", metavar="A=B", help="Element A of the source becomes B.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would move, end, be lost or be refused.")
    ] = False,
    accept_losses: Annotated[
        bool,
        typer.Option("--accept-losses", help="Also where a wait ends or something can no longer be undone."),
    ] = False,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Bring running instances to another version.

    Jobs, timers, subscriptions, incidents and what can be undone are kept. Elements are found again by id,
    name and place, or as --map says. Each instance goes as a whole or stays as it is, with every reason; say
    the same again for those that are left.
    """
    if bool(source) == bool(instances):
        raise Failure(
            USAGE, "Expected --from ID[:VERSION] for all running instances of it, or --instance KEY"
        )
    pairs = [_mapping(text) for text in mappings or ()]
    server = remote(address)
    definition = find_definition(server, target, "--to")
    keys = read_keys(instances) if instances else list(_running(server, source, int(definition.key)))
    fields = {"target_definition_key": definition.key, "mappings": pairs}
    if dry_run:
        plans = _each(keys, lambda key: server.call("PlanMigration", process_instance_key=key, **fields))
        _print_plans(list(_leaving_out_ended(plans, bool(source))), accept_losses, as_json)
        return
    fields["accept_losses"] = accept_losses
    ends = _each(keys, lambda key: server.call("Migrate", process_instance_key=key, **fields))
    _print_ends(list(_leaving_out_ended(ends, bool(source))), _name(definition), as_json)


def _mapping(text: str) -> dict[str, str]:
    before, equals, after = text.partition("=")
    if not (before and equals and after):
        raise Failure(USAGE, f"--map: expected A=B, the ids of two elements, found '{text}'")
    return {"source_element_id": before, "target_element_id": after}


def find_definition(server: Remote, text: str, option: str) -> Any:
    """A definition by its key, by the id of its process and its version, or the latest of that."""
    process, _, version = text.partition(":")
    if process.isdecimal():
        definitions = [
            one for one in server.iterate("ListDefinitions", "definitions") if one.key == int(process)
        ]
    else:
        definitions = list(server.iterate("ListDefinitions", "definitions", bpmn_process_id=process))
    if version and not version.isdecimal():
        raise Failure(USAGE, f"{option}: expected a version such as 3 behind the colon, found '{version}'")
    meant = [one for one in definitions if not version or one.version == int(version)]
    if not meant:
        raise Failure(
            NOT_FOUND,
            f"{option}: expected a deployed process, its id:version or its key, but found none for '{text}'; "
            "`counterflow definitions` lists those that are",
        )
    return max(meant, key=lambda one: one.version)


def _running(server: Remote, source: str, target_key: int) -> Iterator[int]:
    """The running instances of a definition; of a process without a version, of all but the target."""
    definition = find_definition(server, source, "--from")
    of_one = ":" in source or source.isdecimal()
    narrowed = (
        {"process_definition_key": definition.key}
        if of_one
        else {"bpmn_process_id": definition.bpmn_process_id}
    )
    instances = server.iterate(
        "ListProcessInstances",
        "process_instances",
        state="PROCESS_INSTANCE_STATE_ACTIVE",
        **narrowed,
    )
    return (int(one.key) for one in instances if int(one.process_definition_key) != target_key)


def _each(keys: Sequence[int], ask: Callable[[int], Answer]) -> Iterator[tuple[int, Answer | Failure]]:
    """What comes of each, in the order of the keys. Raises `Failure` where there is no use in going on."""
    with ThreadPoolExecutor(AT_ONCE) as asking:
        try:
            for number, (key, end) in enumerate(zip(keys, asking.map(_caught(ask), keys), strict=True), 1):
                if isinstance(end, Failure) and end.code == UNAVAILABLE:
                    raise Failure(
                        end.code,
                        f"{end}; {number - 1} of {len(keys)} came before: say the same again to go on",
                        end.status,
                    )
                if number % SAY_EVERY == 0 and number < len(keys):
                    say(f"{number} of {count(len(keys), 'process instance')} …")
                yield key, end
        finally:
            asking.shutdown(cancel_futures=True)


def _caught(ask: Callable[[int], Answer]) -> Callable[[int], Answer | Failure]:
    def one(key: int) -> Answer | Failure:
        try:
            return ask(key)
        except Failure as failure:
            return failure

    return one


def _leaving_out_ended(ends: Iterable[tuple[int, Any]], is_by_definition: bool) -> Iterator[tuple[int, Any]]:
    """Of all instances of a definition some may have ended since they were listed."""
    for key, end in ends:
        if not (is_by_definition and isinstance(end, Failure) and end.code == NOT_FOUND):
            yield key, end


def _name(definition: Any) -> str:
    return f"version {definition.version} of {definition.bpmn_process_id}"


# -- what has come of it -------------------------------------------------------------------------------------


def _print_ends(ends: Sequence[tuple[int, Any]], target: str, as_json: bool) -> None:
    refusals = [Refusal(key, end) for key, end in ends if isinstance(end, Failure)]
    if as_json:
        give_json(
            [
                {
                    "processInstanceKey": key,
                    "migrated": not isinstance(end, Failure),
                    "error": str(end) if isinstance(end, Failure) else None,
                }
                for key, end in ends
            ]
        )
    done = len(ends) - len(refusals)
    of_all = (
        f"{done} of {count(len(ends), 'process instance')}" if refusals else count(done, "process instance")
    )
    say(f"Migrated {of_all} to {target}.")
    _say_refusals(refusals)


def _say_refusals(refusals: Sequence[Refusal]) -> None:
    for refusal in refusals[:TOLD]:
        say(visible_line(str(refusal.failure)))
    if len(refusals) > TOLD:
        say(f"… and {len(refusals) - TOLD} more; --json tells all of them.")
    if refusals:
        raise typer.Exit(refusals[0].failure.code)


# -- what would come of it -----------------------------------------------------------------------------------


def _print_plans(plans: Sequence[tuple[int, Any]], accept_losses: bool, as_json: bool) -> None:
    """The exit code is that of the real thing."""
    sound = [(key, plan) for key, plan in plans if not isinstance(plan, Failure)]
    refusals = [Refusal(key, plan) for key, plan in plans if isinstance(plan, Failure)]
    hindered = [key for key, plan in sound if _hindrances(plan, accept_losses)]
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json([to_data(plan) for _, plan in sound])
    else:
        _give_plans(sound)
    moving = len(sound) - len(hindered)
    say(f"{moving} of {count(len(plans), 'process instance')} would move; nothing was changed.")
    _say_refusals(refusals)
    if hindered:
        raise typer.Exit(REJECTED)


def _hindrances(plan: Any, accept_losses: bool) -> list[str]:
    return [*plan.problems, *(() if accept_losses else plan.losses)]


def _give_plans(sound: Sequence[tuple[int, Any]]) -> None:
    """Everything once, with how often it is so."""
    moves = Counter(
        (move.what, move.element_id or "-", move.target_element_id or "-", move.outcome)
        for _, plan in sound
        for move in plan.moves
    )
    if moves:
        give_table(
            ("WHAT", "ELEMENT", "BECOMES", "", "TIMES"),
            [(*move, times) for move, times in sorted(moves.items(), key=lambda one: _order(one[0]))],
        )
    left_out = sum(plan.moves_left_out for _, plan in sound)
    if left_out:
        say(f"… and {left_out} more.")
    for heading, field in (("cannot move", "problems"), ("would lose", "losses")):
        _give_reasons(heading, {key: getattr(plan, field) for key, plan in sound})


def _order(move: tuple[str, str, str, str]) -> tuple[object, ...]:
    """What is lost or closed stands last, where it is read."""
    return (move[3] != "moved", move[3], *move[:3])


def _give_reasons(heading: str, reasons: Mapping[int, Iterable[str]]) -> None:
    of: dict[str, list[int]] = {}
    for key, some in reasons.items():
        for reason in some:
            of.setdefault(reason, []).append(key)
    for reason, keys in of.items():
        whose = (
            str(keys[0])
            if len(keys) == 1
            else f"{count(len(keys), 'process instance')}, {keys[0]} among them"
        )
        give(visible_line(f"{heading}: {reason}  ({whose})"))
