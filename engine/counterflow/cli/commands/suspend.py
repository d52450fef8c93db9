"""Commands that hold something back, and let it go on."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from counterflow.cli.commands.migrate import find_definition
from counterflow.cli.exits import NOT_FOUND, USAGE, Failure
from counterflow.cli.options import AddressOption, JsonOption, read_keys, remote
from counterflow.cli.output import count, give_json, give_table, moment, say
from counterflow.cli.remote import Remote

KeysArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY…", help="Keys of process instances; - for keys on stdin."),
]
DefinitionOption = Annotated[
    str, typer.Option("--definition", metavar="ID[:VERSION]", help="No instance of it begins.")
]
JobTypeOption = Annotated[
    str, typer.Option("--job-type", metavar="TYPE", help="Nobody is given a job of it.")
]
InstancesOption = Annotated[
    bool, typer.Option("--instances", help="With --definition: its running instances as well.")
]


def suspend(
    keys: KeysArgument = None,
    definition: DefinitionOption = "",
    job_type: JobTypeOption = "",
    with_instances: InstancesOption = False,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Hold back instances, a definition, a job type.

    Nothing of a suspended instance and of what it has called goes on. Without anything named, what is
    suspended is listed.
    """
    if not (keys or definition or job_type):
        _list(remote(address), as_json)
        return
    _carry_out("Suspend", "Suspended", remote(address), (keys, definition, job_type, with_instances), as_json)


def resume(
    keys: KeysArgument = None,
    definition: DefinitionOption = "",
    job_type: JobTypeOption = "",
    with_instances: InstancesOption = False,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Let what was suspended go on.

    What came due meanwhile comes now.
    """
    if not (keys or definition or job_type):
        raise Failure(
            USAGE, "Expected keys of process instances, --definition ID[:VERSION] or --job-type TYPE"
        )
    _carry_out("Resume", "Resumed", remote(address), (keys, definition, job_type, with_instances), as_json)


def _carry_out(
    method: str, done: str, server: Remote, named: tuple[list[str] | None, str, str, bool], as_json: bool
) -> None:
    keys, definition, job_type, with_instances = named
    if sum(map(bool, (keys, definition, job_type))) != 1:
        raise Failure(USAGE, "Expected one of these: keys of process instances, --definition, --job-type")
    answer: dict[str, Any] = {}
    if job_type:
        answer["jobType"] = bool(server.call(method, job_type=job_type).count)
        say(f"{done} jobs of type {job_type}." if answer["jobType"] else "Nothing had to be done.")
    if definition:
        row = find_definition(server, definition, "--definition")
        answer["definition"] = bool(server.call(method, process_definition_key=row.key).count)
        what = f"version {row.version} of {row.bpmn_process_id}"
        say(f"{done} {what}." if answer["definition"] else f"Nothing had to be done for {what}.")
        keys = [str(key) for key in _running(server, row)] if with_instances else None
    if keys or (definition and with_instances):
        answer["instances"] = _all(server, method, read_keys(keys) if keys else [], bool(definition))
        say(f"{done} {count(answer['instances'], 'process instance')}.")
    if as_json:
        give_json(answer)


def _all(server: Remote, method: str, keys: list[int], is_by_definition: bool) -> int:
    """How many were touched, with those that they have called. One that has ended meanwhile has ended."""
    touched = 0
    for key in keys:
        try:
            touched += server.call(method, process_instance_key=key).count
        except Failure as failure:
            if not (is_by_definition and failure.code == NOT_FOUND):
                raise
    return touched


def _running(server: Remote, definition: Any) -> list[int]:
    instances = server.iterate(
        "ListProcessInstances",
        "process_instances",
        state="PROCESS_INSTANCE_STATE_ACTIVE",
        process_definition_key=definition.key,
    )
    return [int(one.key) for one in instances]


def _list(server: Remote, as_json: bool) -> None:
    answer = server.call("ListSuspensions")
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json(to_data(answer))
        return
    rows = [
        ("definition", one.process_definition_key, moment(one.suspended_at_ms)) for one in answer.definitions
    ]
    rows += [("job type", one.type, moment(one.suspended_at_ms)) for one in answer.job_types]
    give_table(("WHAT", "WHICH", "SINCE"), rows)
