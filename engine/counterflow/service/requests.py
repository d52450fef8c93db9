"""Commands of what callers want, once it is known to make sense. Pure: no state is asked, nothing waits.

Variables stay JSON text: a document is split at its top level and its values are kept as the bytes they came
as.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from counterflow.kernel.events.signal import BroadcastSignal
from counterflow.kernel.lives.correlation import CorrelateMessage, PublishMessage
from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import AdHocAnswer
from counterflow.kernel.lives.migration import MigrateProcessInstance
from counterflow.kernel.lives.user_task_transitions import TaskListenerAnswer
from counterflow.kernel.lives.user_tasks import Corrections
from counterflow.kernel.rows import DEFAULT_TENANT
from counterflow.service.refusals import Invalid
from counterflow.service.structure import built, is_too_deep

TENANT = re.compile(r"[\w.-]{1,31}")
NO_VARIABLES = frozenset({"", "{}", "null"})
NESTING = 200
"""How deep a JSON value may be: as deep as an expression can look into it."""
VARIABLES = 10_000
"""How many variables a document may have; all of them are set in one command, while others wait."""
START_INSTRUCTIONS = 1_000
"""How many elements an instance may begin at; all of them are entered in one command, while others wait."""
TAGS = 10
"""How many tags a process instance may have: each of its jobs carries them."""
TAG = re.compile(r"[A-Za-z][A-Za-z0-9_:.-]{0,99}")
BUSINESS_ID_LENGTH = 256
"""Characters of a business id."""
AD_HOC = "adHocSubProcess"
"""The type of a job's result that decides what goes on in an ad-hoc sub-process."""
USER_TASK = "userTask"
"""The type of a job's result that says what is to become of a user task."""
REASON_CHARACTERS = 10_000
"""What is kept of the reason of a denial."""
LONGEST_MS = 100 * 366 * 86_400_000
"""A hundred years: what "for ever" is cut to, so that every moment fits into 64 bits."""

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TOO_DEEP = f"it is nested deeper than {NESTING} levels"
_ROOTS = {"[": "an array", '"': "a string", "n": "null", "t": "true", "f": "false"}


# -- documents -----------------------------------------------------------------------------------------------


def document(text: str, limit_bytes: int) -> dict[str, bytes]:
    """Variables by name, each value JSON text; blank text and `null` are an empty document. Clients make
    these of none.

    Raises `Invalid`.
    """
    if text in NO_VARIABLES or text.isspace():
        return {}
    is_seen = text.count(":") > VARIABLES
    is_deep = is_seen and _is_deep(text, limit_bytes)
    try:
        members = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(f"Expected the variables to be one JSON object, but {_why(text, error)}") from None
    if is_deep or (not is_seen and is_too_deep(text.encode(), NESTING)):
        raise Invalid(f"Expected the variables to be one JSON object, but {_TOO_DEEP}")
    values = {name: bytes(value) for name, value in members.items()}
    if len(text) > limit_bytes:
        _refuse_large(values, len(text), limit_bytes)
    return values


def activations(
    elements: Iterable[tuple[str, str]], limit_bytes: int
) -> tuple[tuple[str, dict[str, bytes]], ...]:
    """Ids of activities, with the variables of each; all are set in one command, and so counted together.

    Raises `Invalid`.
    """
    activated: list[tuple[str, dict[str, bytes]]] = []
    count = 0
    for activity, text in elements:
        values = document(text, limit_bytes)
        count += len(values)
        if count > VARIABLES:
            raise Invalid(
                f"Expected at most {VARIABLES} variables for all activities together, but found more with "
                f"number {len(activated) + 1} of them; activate the others later"
            )
        activated.append((activity, values))
    return tuple(activated)


def job_answer(
    *,
    kind: str,
    activate: Iterable[tuple[str, str]],
    is_completion_condition_fulfilled: bool,
    is_cancel_remaining_instances: bool,
    limit_bytes: int,
) -> AdHocAnswer:
    """What the worker of an ad-hoc sub-process decides; no other kind of job decides. Raises `Invalid`."""
    if kind not in {"", AD_HOC}:
        raise Invalid(
            f"Expected the result of a job to be of type {AD_HOC} or {USER_TASK}, but found '{kind[:100]}'; "
            "leave it out"
        )
    return AdHocAnswer(
        activations(activate, limit_bytes),
        is_completion_condition_fulfilled,
        is_cancel_remaining_instances,
    )


def task_answer(
    *, kind: str, denied: bool, reason: str, corrections: Corrections, decides: bool
) -> TaskListenerAnswer:
    """What the worker of a user task's listener says of what is to become of the task. Raises `Invalid`.

    `decides` says whether there is something that only the worker of an ad-hoc sub-process can say.
    """
    if decides:
        raise Invalid(
            f"Expected the result of a job to be of type {USER_TASK} or {AD_HOC}, but found what belongs to "
            f"both{f' (type {kind[:100]})' if kind else ''}; send one of them"
        )
    return TaskListenerAnswer(denied, reason[:REASON_CHARACTERS], corrections)


def too_many_variables(count: int) -> str:
    """What is said of a document of more than `VARIABLES`."""
    return (
        f"Expected at most {VARIABLES} variables in one document, but found {count}; put what belongs "
        "together into one variable, a list or an object"
    )


def _why(text: str, error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        start = len(text) - len(text.lstrip())
        return f"found {_ROOTS.get(text[start], 'a number')} (byte {start})"
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    reason = str(error)
    if "truncated" in reason:
        return f"it breaks off (byte {len(text.encode())}), or has half of a surrogate pair in a string"
    return reason.replace("JSON is malformed:", "it is not JSON:")


def _is_deep(text: str, limit_bytes: int) -> bool:
    """Whether a document is nested too deep. One of very many variables is refused before it is read: as many
    as fit into a long text would take a third of a second.
    """
    if len(text) > limit_bytes:
        raise Invalid(
            f"Expected the variables to take at most {limit_bytes} bytes, but they take {len(text)}; keep "
            "large data elsewhere and pass a reference"
        )
    members, levels = built(text.encode())
    if members > VARIABLES:
        raise Invalid(too_many_variables(members))
    return levels > NESTING


def _refuse_large(values: Mapping[str, bytes], size: int, limit_bytes: int) -> None:
    largest = max(values, key=lambda name: len(values[name]), default="")
    raise Invalid(
        f"Expected the variables to take at most {limit_bytes} bytes, but they take {size} (largest: "
        f"'{largest[:100]}' with {len(values.get(largest, b''))}); keep large data elsewhere and pass a "
        "reference"
    )


# -- tenants -------------------------------------------------------------------------------------------------


def check_tenants(tenant_ids: Iterable[str]) -> None:
    """Nobody but the default tenant is here. Raises `Invalid`."""
    for tenant_id in tenant_ids:
        if not tenant_id or tenant_id == DEFAULT_TENANT:
            continue
        if not TENANT.fullmatch(tenant_id):
            raise Invalid(
                f"Expected a tenant id of 1 to 31 letters, digits, '_', '-' or '.', or '{DEFAULT_TENANT}', "
                f"but found '{tenant_id[:100]}'"
            )
        raise Invalid(
            f"Expected no tenant id, since multi-tenancy is off on this server, but found '{tenant_id}'; "
            "leave it out"
        )


# -- jobs ----------------------------------------------------------------------------------------------------


def duration_ms(value: int) -> int:
    """A length of time that a moment can be computed with."""
    return max(-LONGEST_MS, min(value, LONGEST_MS))


def activation(
    *,
    job_type: str,
    worker: str,
    timeout_ms: int,
    maximum: int,
    fetch_variables: Iterable[str],
    tenant_ids: Iterable[str],
    message_bytes: int,
) -> ActivateJobs:
    """What a poll or a stream wants. Raises `Invalid`."""
    if not job_type.strip():
        raise Invalid(
            "Expected the type of the jobs to activate, but it is empty; it is the type of a job in the model"
        )
    if timeout_ms < 1:
        raise Invalid(
            f"Expected a timeout of at least 1 ms for the jobs of type '{job_type}', but found {timeout_ms}"
        )
    check_tenants(tenant_ids)
    return ActivateJobs(
        type=job_type,
        worker=worker,
        timeout_ms=duration_ms(timeout_ms),
        maximum=maximum,
        fetch_variables=tuple(fetch_variables),
        bytes_left=message_bytes,
    )


# -- process instances ---------------------------------------------------------------------------------------


def creation(
    *,
    process_id: str,
    version: int,
    definition_key: int,
    start_at: Sequence[str],
    variables: dict[str, bytes],
    tags: Sequence[str] = (),
    business_id: str | None = None,
    ends_after: Sequence[str] = (),
) -> CreateProcessInstance:
    """What a caller wants to start: the version of an id (-1: the latest), or the one with a key. It starts
    at its none start event or at these elements, and ends with the end of one of `ends_after`. Raises
    `Invalid`.
    """
    for what, ids in (("start", start_at), ("runtime", ends_after)):
        if len(ids) > START_INSTRUCTIONS:
            raise Invalid(f"Expected at most {START_INSTRUCTIONS} {what} instructions, but found {len(ids)}")
    _refuse_labels(tags, business_id)
    return CreateProcessInstance(
        bpmn_process_id=process_id,
        version=version,
        definition_key=definition_key,
        start_at=tuple(start_at),
        variables=variables,
        tags=tuple(dict.fromkeys(tags)),
        business_id=business_id,
        ends_after=tuple(dict.fromkeys(ends_after)),
    )


def _refuse_labels(tags: Sequence[str], business_id: str | None) -> None:
    """Tags as Zeebe has them. Raises `Invalid`."""
    if len(tags) > TAGS:
        raise Invalid(f"Expected at most {TAGS} tags of a process instance, but found {len(tags)}")
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise Invalid(
                "Expected a tag to begin with a letter and go on with letters, digits, '_', '-', ':' or '.', "
                f"at most 100 characters, but found {tag[:120]!r}"
            )
    if business_id is not None and not 0 < len(business_id) <= BUSINESS_ID_LENGTH:
        raise Invalid(
            f"Expected a business id of 1 to {BUSINESS_ID_LENGTH} characters, but found {len(business_id)}; "
            "leave it out where the instance has none"
        )


def migration(
    *,
    process_instance_key: int,
    target_definition_key: int,
    mappings: Sequence[tuple[str, str]],
    proposes: bool,
    accepts_losses: bool,
    closes_waits: bool = False,
) -> MigrateProcessInstance:
    """What a caller wants to bring to another definition, and which element is to become which."""
    return MigrateProcessInstance(
        process_instance_key=process_instance_key,
        target_definition_key=target_definition_key,
        mappings=tuple(mappings),
        proposes=proposes,
        closes_waits=closes_waits or accepts_losses,
        loses_undo=accepts_losses,
    )


# -- messages and signals ------------------------------------------------------------------------------------


def publication(
    *, name: str, correlation_key: str, message_id: str, time_to_live_ms: int, variables: dict[str, bytes]
) -> PublishMessage:
    """A message for whoever waits for it. Raises `Invalid`."""
    _refuse_nameless(name, "publish")
    return PublishMessage(
        name=name,
        correlation_key=correlation_key,
        message_id=message_id,
        time_to_live_ms=duration_ms(time_to_live_ms),
        variables=variables,
    )


def correlation(*, name: str, correlation_key: str, variables: dict[str, bytes]) -> CorrelateMessage:
    """A message for somebody who waits for it now. Raises `Invalid`."""
    _refuse_nameless(name, "correlate")
    return CorrelateMessage(name=name, correlation_key=correlation_key, variables=variables)


def _refuse_nameless(name: str, verb: str) -> None:
    if not name.strip():
        raise Invalid(
            f"Expected the name of the message to {verb}, but it is empty; it is the name of a message in "
            "the model"
        )


def broadcast(*, name: str, variables: dict[str, bytes]) -> BroadcastSignal:
    """A signal for all who wait for it. Raises `Invalid`."""
    if not name.strip():
        raise Invalid(
            "Expected the name of the signal to broadcast, but it is empty; it is the name of a signal in "
            "the model"
        )
    return BroadcastSignal(name=name, variables=variables)
