"""Work that is not done yet: list it, and do by hand what a worker would."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from counterflow.cli.exits import USAGE, Failure
from counterflow.cli.help import CommandGroup, TerminalCommand
from counterflow.cli.options import (
    LARGEST_KEY,
    AddressOption,
    JsonOption,
    LimitOption,
    VariablesOption,
    read_duration_ms,
    read_object,
    remote,
)
from counterflow.cli.output import count, give_json, give_table, moment, say, say_what_is_left_out, shortened
from counterflow.cli.remote import Remote

STATES = ("activatable", "activated", "backing_off", "failed", "error_thrown")

JobArgument = Annotated[int, typer.Argument(metavar="KEY", help="The key of a job.")]
MessageOption = Annotated[str, typer.Option("--message", metavar="TEXT", help="What went wrong, for people.")]

jobs = typer.Typer(
    name="jobs",
    cls=CommandGroup,
    help="List what waits for workers, or do it by hand.",
    invoke_without_command=True,
    subcommand_metavar="[COMMAND]",
)


@jobs.callback()
def list_jobs(
    context: typer.Context,
    job_type: Annotated[str, typer.Option("--type", metavar="TYPE", help="Only jobs of this type.")] = "",
    instance: Annotated[
        int,
        typer.Option(
            "--instance",
            metavar="KEY",
            min=0,
            show_default=False,
            help="Only those of this process instance.",
        ),
    ] = 0,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            autocompletion=lambda: list(STATES),
            help=f"Only those that are {', '.join(STATES)}.",
        ),
    ] = "",
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List what waits for workers, or do it by hand.

    Without a command: the jobs that are not done, the newest first.
    """
    if context.invoked_subcommand is not None:
        return
    if state and state not in STATES:
        raise Failure(USAGE, f"--state: expected one of {', '.join(STATES)}, found '{state}'")
    state_name = f"JOB_STATE_{state.upper() or 'UNSPECIFIED'}"
    listed = remote(address).pages(
        "ListJobs", "jobs", limit, type=job_type, process_instance_key=instance, state=state_name
    )
    if as_json:
        from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

        give_json([to_data(one) for one in listed.items])
    else:
        give_table(
            ("KEY", "TYPE", "STATE", "RETRIES", "WORKER", "DUE", "INSTANCE", "ELEMENT", ""),
            map(_row, listed.items),
        )
    say_what_is_left_out(listed)


@jobs.command(cls=TerminalCommand)
def complete(key: JobArgument, variables: VariablesOption = "{}", address: AddressOption = "") -> None:
    """Complete a job, with the variables of its result."""
    remote(address).call("CompleteJob", jobKey=key, variables=read_object(variables, "--variables"))
    say(f"Completed job {key}.")


@jobs.command(cls=TerminalCommand)
def fail(
    key: JobArgument,
    retries: Annotated[
        int | None,
        typer.Option(
            "--retries",
            metavar="N",
            min=0,
            help="How many are left; else one fewer than before, and 0 is an incident.",
        ),
    ] = None,
    message: MessageOption = "",
    back_off: Annotated[
        str, typer.Option("--back-off", metavar="TIME", help="When to try again: 30s, 5m, or ms.")
    ] = "0",
    variables: VariablesOption = "{}",
    address: AddressOption = "",
) -> None:
    """Say that a job could not be done this time."""
    server = remote(address)
    document, back_off_ms = read_object(variables, "--variables"), read_duration_ms(back_off, "--back-off")
    left = max(_retries_of(server, key) - 1, 0) if retries is None else retries
    server.call(
        "FailJob",
        jobKey=key,
        retries=left,
        errorMessage=message,
        retryBackOff=back_off_ms,
        variables=document,
    )
    say(f"Failed job {key}; it has {count(left, 'retry')}{'' if left else ', and an incident tells of it'}.")


@jobs.command(cls=TerminalCommand)
def throw(
    key: JobArgument,
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="The error code that an event of the model catches.")
    ],
    message: MessageOption = "",
    variables: VariablesOption = "{}",
    address: AddressOption = "",
) -> None:
    """End a job with a BPMN error."""
    document = read_object(variables, "--variables")
    remote(address).call("ThrowError", jobKey=key, errorCode=code, errorMessage=message, variables=document)
    say(f"Job {key} has thrown the error {code}.")


@jobs.command(cls=TerminalCommand)
def retries(
    key: JobArgument,
    number: Annotated[int, typer.Argument(metavar="N", help="How often it may be tried.")],
    address: AddressOption = "",
) -> None:
    """Say how often a job may still be tried.

    An incident of it stays; `counterflow resolve` does both.
    """
    remote(address).call("UpdateJobRetries", jobKey=key, retries=number)
    say(f"Job {key} has {count(number, 'retry')}.")


@jobs.command(cls=TerminalCommand)
def timeout(
    key: JobArgument,
    time: Annotated[str, typer.Argument(metavar="TIME", help="How long from now: 30s, 5m, or ms.")],
    address: AddressOption = "",
) -> None:
    """Say how long a worker has a job from now."""
    remote(address).call("UpdateJobTimeout", jobKey=key, timeout=read_duration_ms(time, "TIME"))
    say(
        f"The worker that has job {key} has it for {time if not time.isdecimal() else f'{time} ms'} from now."
    )


def _retries_of(server: Remote, key: int) -> int:
    """How often an open job may still be tried; 0 where there is none."""
    if not 0 < key < LARGEST_KEY:
        return 0  # nobody's key, as the server will say
    # Pages hold what is older than their key: so the first on this page is the job itself, if it is open.
    newest = server.call("ListJobs", page_size=1, page_key=key + 1).jobs
    return int(newest[0].retries) if newest and newest[0].key == key else 0


def _row(job: Any) -> tuple[object, ...]:
    state = STATES[job.state - 1].replace("_", " ") if 0 < job.state <= len(STATES) else "-"
    error = ": ".join(part for part in (job.error_code, shortened(job.error_message)) if part)
    due = moment(job.due_at_ms if job.HasField("due_at_ms") else None)
    return (
        job.key,
        job.type,
        state,
        job.retries,
        job.worker or "-",
        due,
        job.process_instance_key,
        f"{job.element_id} ({job.listener_event_type} listener)"
        if job.listener_event_type
        else job.element_id,
        error,
    )
