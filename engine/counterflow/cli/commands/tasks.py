"""Work for people: list it, look at one, take it, give it, change it, do it."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from counterflow.cli.exits import USAGE, Failure
from counterflow.cli.help import CommandGroup, TerminalCommand
from counterflow.cli.options import (
    AddressOption,
    JsonOption,
    LimitOption,
    VariablesOption,
    read_object,
    remote,
)
from counterflow.cli.output import (
    give,
    give_json,
    give_json_text,
    give_table,
    moment,
    say,
    say_what_is_left_out,
)
from counterflow.visible import visible, visible_json

STATES = (
    *("created", "assigned", "completed", "failed", "canceled"),
    *("creating", "assigning", "updating", "completing", "canceling"),
)

COLUMNS = (
    *("KEY", "TASK", "STATE", "ASSIGNEE", "OFFERED TO"),
    *("DUE", "PRIORITY", "SINCE", "INSTANCE", "PROCESS"),
)

TaskArgument = Annotated[int, typer.Argument(metavar="KEY", help="The key of a user task.")]
AsOption = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="NAME",
        show_default=False,
        help="Who does this, for the history; else whoever is logged in here.",
    ),
]

tasks = typer.Typer(
    name="tasks",
    cls=CommandGroup,
    help="List what waits for people, take it and do it.",
    invoke_without_command=True,
    subcommand_metavar="[COMMAND]",
)


@tasks.callback()
def list_tasks(  # noqa: PLR0913, PLR0917 - what may narrow a list
    context: typer.Context,
    assignee: Annotated[
        str, typer.Option("--assignee", metavar="NAME", help="Only those that this user has.")
    ] = "",
    group: Annotated[
        str, typer.Option("--group", metavar="NAME", help="Only those that are offered to this group.")
    ] = "",
    user: Annotated[
        str, typer.Option("--user", metavar="NAME", help="Only those that are offered to this user.")
    ] = "",
    process: Annotated[str, typer.Option("--process", metavar="ID", help="Only those of this process.")] = "",
    instance: Annotated[
        int,
        typer.Option(
            "--instance", metavar="KEY", min=0, show_default=False, help="Only those of this instance."
        ),
    ] = 0,
    element: Annotated[str, typer.Option("--element", metavar="ID", help="Only those of this element.")] = "",
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="STATE",
            autocompletion=lambda: list(STATES),
            help=f"Only those that are {', '.join(STATES)}; else those that are open.",
        ),
    ] = "",
    limit: LimitOption = 100,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """List what waits for people, take it and do it.

    Without a command: the user tasks that are open, the newest first.
    """
    if context.invoked_subcommand is not None:
        return
    if state and state not in STATES:
        raise Failure(USAGE, f"--state: expected one of {', '.join(STATES)}, found '{state}'")
    listed = remote(address).pages(
        "ListUserTasks",
        "user_tasks",
        limit,
        assignee=assignee,
        candidate_group=group,
        candidate_user=user,
        bpmn_process_id=process,
        process_instance_key=instance,
        element_id=element,
        state=f"USER_TASK_STATE_{state.upper() or 'UNSPECIFIED'}",
    )
    if as_json:
        give_json([_data(one) for one in listed.items])
    else:
        give_table(
            COLUMNS,
            map(_row, listed.items),
        )
    say_what_is_left_out(listed)


@tasks.command(cls=TerminalCommand)
def show(
    key: TaskArgument,
    form: Annotated[
        bool, typer.Option("--form", help="Print its form, as it was deployed, and no more.")
    ] = False,
    address: AddressOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show a user task: who has it, what it sees, and who did what to it."""
    server = remote(address)
    if form:
        _give_form(server.call("GetForm", key=key), as_json)
        return
    answer = server.call("GetUserTask", user_task_key=key)
    if as_json:
        give_json(_data(answer))
        return
    for line in _lines(answer):
        give(line)


@tasks.command(cls=TerminalCommand)
def claim(key: TaskArgument, by: AsOption = "", address: AddressOption = "") -> None:
    """Take a user task that nobody else has."""
    name = by or _who()
    remote(address).call("AssignUserTask", user_task_key=key, assignee=name, by=name)
    say(f"User task {key} is {visible(name)}'s.")


@tasks.command(cls=TerminalCommand)
def assign(
    key: TaskArgument,
    user: Annotated[str, typer.Argument(metavar="USER", help="Who is to do it.")],
    free: Annotated[bool, typer.Option("--if-free", help="Only if nobody else has it.")] = False,
    by: AsOption = "",
    address: AddressOption = "",
) -> None:
    """Give a user task to somebody, also if somebody else has it."""
    remote(address).call(
        "AssignUserTask",
        user_task_key=key,
        assignee=user,
        allow_override=not free,
        by=by or _who(),
        action="assign",
    )
    say(f"User task {key} is {visible(user)}'s.")


@tasks.command(cls=TerminalCommand)
def unassign(key: TaskArgument, by: AsOption = "", address: AddressOption = "") -> None:
    """Take a user task from whoever has it."""
    remote(address).call("UnassignUserTask", user_task_key=key, by=by or _who())
    say(f"Nobody has user task {key}.")


@tasks.command(cls=TerminalCommand)
def update(
    key: TaskArgument,
    groups: Annotated[
        str | None,
        typer.Option("--groups", metavar="NAMES", help="All groups that may do it, between commas."),
    ] = None,
    users: Annotated[
        str | None,
        typer.Option("--users", metavar="NAMES", help="All users that may do it, between commas."),
    ] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="MOMENT", help="Until when; ISO 8601, empty for no date.")
    ] = None,
    follow_up: Annotated[
        str | None, typer.Option("--follow-up", metavar="MOMENT", help="When to look at it again; likewise.")
    ] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", metavar="N", help="How urgent it is, from 0 to 100.")
    ] = None,
    by: AsOption = "",
    address: AddressOption = "",
) -> None:
    """Change who may do a user task, until when, or how urgent it is.

    What is not given stays as it is.
    """
    given = {
        "candidate_groups": None if groups is None else {"names": _names(groups)},
        "candidate_users": None if users is None else {"names": _names(users)},
        "due_date": due,
        "follow_up_date": follow_up,
        "priority": priority,
    }
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if not changed:
        raise Failure(USAGE, "Expected what to change: --groups, --users, --due, --follow-up or --priority")
    remote(address).call("UpdateUserTask", user_task_key=key, by=by or _who(), **changed)
    say(f"Updated user task {key}.")


@tasks.command(cls=TerminalCommand)
def complete(
    key: TaskArgument,
    variables: VariablesOption = "{}",
    action: Annotated[
        str, typer.Option("--action", metavar="WORD", help="What was done, for the history: approve, say.")
    ] = "",
    by: AsOption = "",
    address: AddressOption = "",
) -> None:
    """Complete a user task, with the variables of its result."""
    remote(address).call(
        "CompleteUserTask",
        user_task_key=key,
        variables_json=read_object(variables, "--variables"),
        by=by or _who(),
        action=action,
    )
    say(f"Completed user task {key}.")


@tasks.command(cls=TerminalCommand)
def throw(
    key: TaskArgument,
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="The error code that an event of the model catches.")
    ],
    message: Annotated[str, typer.Option("--message", metavar="TEXT", help="Why, for people.")] = "",
    variables: VariablesOption = "{}",
    by: AsOption = "",
    address: AddressOption = "",
) -> None:
    """End a user task with a BPMN error."""
    remote(address).call(
        "ThrowUserTaskError",
        user_task_key=key,
        error_code=code,
        error_message=message,
        variables_json=read_object(variables, "--variables"),
        by=by or _who(),
    )
    say(f"User task {key} has thrown the error {visible(code)}.")


def _give_form(form: Any, as_json: bool) -> None:
    """A form that is no JSON (one inside a model may be anything) is given as a text of it."""
    if as_json:
        give_json(_data(form))
    else:
        give_json_text(form.schema_json)


def _who() -> str:
    """Whoever is logged in; nobody where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _state(task: Any) -> str:
    return STATES[task.state - 1] if 0 < task.state <= len(STATES) else "-"


def _offered(task: Any) -> str:
    """Groups by their names, users with an `@`."""
    return ", ".join((*task.candidate_groups, *(f"@{name}" for name in task.candidate_users))) or "-"


def _row(task: Any) -> tuple[object, ...]:
    return (
        task.key,
        task.element_name or task.element_id,
        _state(task),
        task.assignee or "-",
        _offered(task),
        task.due_date or "-",
        task.priority,
        moment(task.created_at_ms),
        task.process_instance_key,
        task.bpmn_process_id,
    )


def _lines(answer: Any) -> list[str]:
    task = answer.user_task
    form = f"{answer.form_id} ({task.form_key})" if task.form_key else task.external_form
    fields = [
        ("task", f"{task.key} {task.element_name or task.element_id}"),
        ("of", f"{task.bpmn_process_id} {task.process_instance_key}, element {task.element_id}"),
        ("state", _state(task)),
        ("assignee", task.assignee),
        ("offered to", _offered(task).removeprefix("-")),
        ("due", task.due_date),
        ("follow up", task.follow_up_date),
        ("priority", str(task.priority)),
        ("form", form),
        ("headers", "" if answer.headers_json == "{}" else visible_json(answer.headers_json)),
    ]
    lines = [f"{label:<11} {visible(text)}" for label, text in fields if text]
    lines += [f"{one.name} = {visible_json(one.value_json)}" for one in answer.variables]
    return [*lines, *map(_act, task.acts)]


def _act(act: Any) -> str:
    by = f" by {act.by}" if act.by else ""
    action = f" ({act.action})" if act.action else ""
    whom = f" to {act.assignee}" if act.what == "assigned" else ""
    details = f": {act.details}" if act.details else ""
    return f"{moment(act.at_ms)}  {visible(f'{act.what}{whom}{by}{action}{details}')}"


def _data(message: Any) -> dict[str, Any]:
    from counterflow.cli.plain import to_data  # noqa: PLC0415 - protobuf costs what --help does not pay

    return to_data(message)
