"""What an engine answers in a program that has it in itself, besides what the read model tells.

Keys are 64-bit whole numbers, times epoch milliseconds UTC, variables Python's values (`queries/shapes/` has
the rest).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec

from counterflow.kernel.course.asking import MOST_RETRIES
from counterflow.kernel.lives.decisions import DecisionEvaluation
from counterflow.kernel.lives.deployments import Deployment
from counterflow.kernel.row import lines_of
from counterflow.kernel.vocabulary import (
    ActivatedJob,
    Command,
    InstanceEnded,
    ListenedTask,
    Rejection,
    RejectionType,
)
from counterflow.service.refusals import Invalid
from counterflow.service.requests import NESTING, VARIABLES, too_many_variables
from counterflow.service.structure import is_too_deep
from counterflow_wire import json_texts

Asked = TypeVar("Asked", bound=Command)
Fields = ParamSpec("Fields")

RETRIES = "the retries of a job"


class DeployedProcess(msgspec.Struct, frozen=True):
    """A process of a deployment, in what is now its latest version, the old one where it is unchanged."""

    id: str
    version: int
    key: int
    resource_name: str


class DeployedDecision(msgspec.Struct, frozen=True):
    """A decision of a deployment, in what is now its latest version, the old one where it is unchanged."""

    id: str
    name: str
    version: int
    key: int


class DeployedForm(msgspec.Struct, frozen=True):
    """A form of a deployment, in what is now its latest version, the old one where it is unchanged."""

    id: str
    version: int
    key: int
    resource_name: str


class Deployed(msgspec.Struct, frozen=True):
    """What a deployment gave, in the order of its files."""

    key: int
    processes: tuple[DeployedProcess, ...]
    decisions: tuple[DeployedDecision, ...] = ()
    forms: tuple[DeployedForm, ...] = ()


class ListenedUserTask(msgspec.Struct, frozen=True):
    """The user task that a listener is asked about, as it is to become: nothing of it has happened yet.

    `action` says by what, `changed_attributes` what becomes another, by Zeebe's names.
    """

    key: int
    action: str
    assignee: str
    candidate_groups: Sequence[str]
    candidate_users: Sequence[str]
    changed_attributes: Sequence[str]
    due_date: str
    follow_up_date: str
    form_key: int
    priority: int


class WorkerJob(msgspec.Struct, frozen=True):
    """A job that was taken: to be completed or failed before `deadline_ms`, or it goes to somebody else.
    `retries` are the tries that are left, this one included; `headers` are those of the model;
    `listener_event_type` is `start`, `end` or `beforeAll` where the job is a listener's, of a `user_task`
    `creating`, `assigning`, `updating`, `completing` or `canceling`.
    """

    key: int
    type: str
    process_instance_key: int
    process_id: str
    process_version: int
    element_id: str
    element_instance_key: int
    worker: str
    retries: int
    deadline_ms: int
    headers: Mapping[str, str]
    variables: Mapping[str, Any]
    listener_event_type: str = ""
    tags: Sequence[str] = ()
    user_task: ListenedUserTask | None = None


class EndedInstance(msgspec.Struct, frozen=True):
    """The end of a process instance: `state` is `completed` or `terminated`, `variables` those at the end.
    They are those of its process scope.
    """

    key: int
    state: str
    variables: Mapping[str, Any]


class DecisionAnswer(msgspec.Struct, frozen=True):
    """What a decision gave.

    Where it failed, `failure` says why, `failed_decision_id` where, and `output` is None.
    """

    key: int
    decision_id: str
    version: int
    output: Any
    failed_decision_id: str = ""
    failure: str = ""


def mistake(reason: str) -> Rejection:
    """What a caller is told who has asked for something that makes no sense."""
    return Rejection(RejectionType.INVALID_ARGUMENT, reason)


def sensible(request: Callable[Fields, Asked], *fields: Fields.args, **named: Fields.kwargs) -> Asked:
    """The command that a request makes. Raises `Rejection` for one that makes no sense."""
    try:
        return request(*fields, **named)
    except Invalid as invalid:
        raise mistake(str(invalid)) from invalid


def checked(command: Asked) -> Asked:
    """A command whose fields are of their kinds, and such as the log can hold. The kernel relies on it, and
    would set the instance aside. Raises `TypeError` and `Rejection`.
    """
    kind = type(command)
    try:
        return msgspec.msgpack.decode(msgspec.msgpack.encode(command), type=kind)
    except UnicodeEncodeError as error:
        raise mistake(f"Expected texts of Unicode, but found half of a surrogate pair: {error}") from None
    except OverflowError as error:
        raise mistake(f"Expected numbers of 64 bits at most, but found a larger one: {error}") from None
    except (TypeError, msgspec.ValidationError) as error:
        raise TypeError(f"Expected what {kind.__name__} takes, but found something else: {error}") from None


def document(variables: Mapping[str, Any] | None) -> dict[str, bytes]:
    """Variables as the kernel has them: each value JSON text. Raises `TypeError` for what JSON cannot say,
    and `Rejection` for too many, and for what is nested deeper than an expression can look into it.
    """
    if variables is None:
        return {}
    if not isinstance(variables, Mapping):
        raise TypeError(f"Expected variables by name, but found {type(variables).__name__}")
    if len(variables) > VARIABLES:
        raise mistake(too_many_variables(len(variables)))
    return {_name(name): _text(name, value) for name, value in variables.items()}


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(
            f"Expected the name of each variable to be a string, but found {name!r} ({type(name).__name__})"
        )
    return name


def _text(name: str, value: object) -> bytes:
    """The JSON of a variable, which is one level less deep than the document that it stands in."""
    try:
        text = json_texts.encode(value)
    except RecursionError:
        text = None
    except UnicodeEncodeError as error:
        raise mistake(f"Expected variable '{name}' to be of Unicode, but found: {error}") from None
    except (TypeError, ValueError) as error:
        raise TypeError(f"Expected variable '{name}' to have a value that JSON can say: {error}") from None
    if text is None or is_too_deep(text, NESTING - 1):
        raise mistake(
            f"Expected variables of at most {NESTING} levels, but variable '{name}' is nested deeper"
        )
    return text


def milliseconds(duration: timedelta) -> int:
    """A length of time in whole milliseconds. Raises `TypeError` for what is none."""
    return length(duration) // timedelta(milliseconds=1)


def length(duration: timedelta) -> timedelta:
    """A length of time, as it is. Raises `TypeError` for what is none."""
    if not isinstance(duration, timedelta):
        raise TypeError(f"Expected a length of time such as timedelta(seconds=5), but found {duration!r}")
    return duration


def whole_key(key: int) -> int:
    """A key, as it is. Raises `TypeError` for what is none."""
    if not is_whole(key):
        raise TypeError(f"Expected a key, which is a whole number such as `start` answers, but found {key!r}")
    return key


def key_or_name(value: int | str, what: str) -> int | str:
    """A key or a name, as it is. Raises `TypeError` for what is neither."""
    if not is_whole(value) and not isinstance(value, str):
        raise TypeError(f"Expected {what} by its key or by a name, but found {value!r}")
    return value


def text(value: str, what: str) -> str:
    """A text, as it is. Raises `TypeError` for what is none."""
    if not isinstance(value, str):
        raise TypeError(f"Expected {what}, which is a text, but found {value!r}")
    return value


def whole(value: int, what: str) -> int:
    """A whole number, as it is. Raises `TypeError` for what is none."""
    if not is_whole(value):
        raise TypeError(f"Expected {what}, which is a whole number, but found {value!r}")
    return value


def truth(value: bool, what: str) -> bool:
    """True or False, as it is. Raises `TypeError` for what is neither."""
    if not isinstance(value, bool):
        raise TypeError(f"Expected {what} to be True or False, but found {value!r}")
    return value


def element_mappings(mappings: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Which element becomes which, by id. Raises `TypeError` for what are no such ids."""
    if mappings is None:
        return []
    if not isinstance(mappings, Mapping):
        raise TypeError(f"Expected ids of elements by ids of elements, but found {mappings!r}")
    what = "the id of an element"
    return [(text(before, what), text(after, what)) for before, after in mappings.items()]


def tries(retries: int) -> int:
    """How many tries a job has left, as they are. Raises `TypeError`, and `Rejection` for less than none and
    for more than the wire has room for.
    """
    if whole(retries, RETRIES) < 0:
        raise mistake(
            f"Expected the retries of a job to be 0 or more, but found {retries}; 0 makes an incident of it"
        )
    if retries > MOST_RETRIES:
        raise mistake(f"Expected the retries of a job to be at most {MOST_RETRIES}, but found {retries}")
    return retries


def tries_given(retries: int) -> int:
    """How many tries a job is given, as they are; the kernel refuses less than one. Raises as `tries`."""
    return tries(retries) if whole(retries, RETRIES) > MOST_RETRIES else retries


def version_wanted(version: int) -> int:
    """The version of a process, as it is. Raises `TypeError`, and `Rejection` below -1, the latest."""
    if whole(version, "the version of a process") < -1:
        raise mistake(f"Expected the version of a process, or -1 for the latest, but found {version}")
    return version


@asynccontextmanager
async def waiting(process_instance_key: int, most: timedelta | None) -> AsyncIterator[None]:
    """Inside, the end of an instance is waited for, so long at most (None: for ever). Raises `TypeError`, and
    `TimeoutError` that says so.
    """
    whole_key(process_instance_key)
    try:
        async with asyncio.timeout(length(most).total_seconds() if most is not None else None) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimeoutError(
            f"Expected process instance '{process_instance_key}' to end within {most}, but it goes on; `why` "
            "tells what it waits for"
        ) from None


def is_whole(value: object) -> bool:
    """Whether something is a whole number; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def file_path(model: str | Path) -> Path:
    """The path of a file. Raises `TypeError` for what is none."""
    if not isinstance(model, str | Path):
        raise TypeError(
            "Expected the path of each file as an argument of its own, such as 'trip.bpmn', but found "
            f"{model!r}"
        )
    if "\0" in str(model):
        raise mistake(f"Expected the path of a file, but found {str(model)!r}, which no file has")
    return Path(model)


def contents_of_files(models: Sequence[str | Path]) -> dict[str, bytes]:
    """The contents of files by their names, of which a deployment has one of each. Raises `Rejection`."""
    paths: dict[str, Path] = {}
    for path in map(file_path, models):
        if path.name in paths:
            raise mistake(
                f"Expected files of different names, but found {paths[path.name]} and {path}; "
                "deploy_contents takes a name for each"
            )
        paths[path.name] = path
    return {name: _content_of(path) for name, path in paths.items()}


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        expected = "Expected a BPMN, DMN or form file that can be read"
        raise type(error)(error.errno, f"{expected}, but found: {error.strerror}", str(path)) from None


def contents_by_name(contents: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Documents by resource name, as they are. Raises `TypeError` for what is none."""
    if not isinstance(contents, Mapping):
        raise TypeError(f"Expected documents by resource name, but found {type(contents).__name__}")
    given: Mapping[Any, object] = contents
    for resource, content in given.items():
        if not isinstance(resource, str) or not isinstance(content, bytes):
            raise TypeError(
                "Expected documents as bytes, by resource names that are texts, but found "
                f"{type(content).__name__} by {resource!r}; read a file as bytes, encode a text as UTF-8"
            )
        if not resource.isprintable() and _has_half_a_pair(resource):
            raise mistake(
                f"Expected resource names of Unicode, but found half of a surrogate pair: {resource!r}"
            )
    return contents


def _has_half_a_pair(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def texts(given: Sequence[str], what: str) -> Sequence[str]:
    """Texts, as they are. Raises `TypeError` for one text alone, and for what is none."""
    if isinstance(given, str | bytes) or not isinstance(given, Sequence):
        raise TypeError(f"Expected {what} as a list, but found {given!r}")
    return [text(one, f"one of the {what}") for one in given]


def element_ids(ids: Sequence[str]) -> Sequence[str]:
    """The ids of elements to begin at, as they are. Raises `TypeError` for what is none."""
    given: object = ids
    is_listed = isinstance(given, Sequence) and not isinstance(given, str)
    if not is_listed or not all(isinstance(one, str) for one in ids):
        raise TypeError(f"Expected the ids of elements to begin at, such as ['pack'], but found {ids!r}")
    return ids


def values(variables: Mapping[str, bytes]) -> dict[str, Any]:
    """Variables as a program has them."""
    return {name: json_texts.decode(text, json_texts.ANYTHING) for name, text in variables.items()}


def deployed(deployment: Deployment) -> Deployed:
    """What became of a deployment."""
    return Deployed(
        deployment.key,
        tuple(
            DeployedProcess(row.bpmn_process_id, row.version, row.key, row.resource_name)
            for row in deployment.definitions
        ),
        tuple(
            DeployedDecision(row.decision_id, row.name, row.version, row.key) for row in deployment.decisions
        ),
        tuple(DeployedForm(row.form_id, row.version, row.key, row.resource_name) for row in deployment.forms),
    )


def taken(job: ActivatedJob) -> WorkerJob:
    """A job for whoever has taken it."""
    variables: dict[str, Any] = json_texts.decode(job.variables, json_texts.VARIABLES)
    return WorkerJob(
        key=job.key,
        type=job.type,
        process_instance_key=job.process_instance_key,
        process_id=job.bpmn_process_id,
        process_version=job.process_definition_version,
        element_id=job.element_id,
        element_instance_key=job.element_instance_key,
        worker=job.worker,
        retries=job.retries,
        deadline_ms=job.deadline_ms,
        headers=msgspec.json.decode(job.headers, type=dict[str, str]),
        variables=variables,
        listener_event_type=job.listener_event_type,
        tags=tuple(lines_of(job.tags)),
        user_task=_listened(job.user_task) if job.user_task is not None else None,
    )


def _listened(task: ListenedTask) -> ListenedUserTask:
    return ListenedUserTask(**{name: getattr(task, name) for name in task.__struct_fields__})


def ended(end: InstanceEnded) -> EndedInstance:
    """The end of an instance."""
    return EndedInstance(end.process_instance_key, end.state, values(end.variables))


def outcome(evaluation: DecisionEvaluation) -> DecisionAnswer:
    """What a decision gave."""
    return DecisionAnswer(
        key=evaluation.decision.key,
        decision_id=evaluation.decision.decision_id,
        version=evaluation.decision.version,
        output=json_texts.decode(evaluation.output, json_texts.ANYTHING),
        failed_decision_id=evaluation.failed_decision_id,
        failure=evaluation.failure,
    )
