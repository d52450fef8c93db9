"""Work for workers, and what a person must mend."""

from __future__ import annotations

import msgspec


class JobTry(msgspec.Struct, frozen=True):
    """A try at a job that did not complete it.

    `outcome`: `failed`, `timed_out` or `error_thrown`; `retries` were left after it.

    `began_at_ms` is 0, and `worker` empty, where the job was failed without having been lent.
    """

    outcome: str
    worker: str
    began_at_ms: int
    ended_at_ms: int
    retries: int
    error_code: str = ""
    error_message: str = ""


class Job(msgspec.Struct):
    """Work for a worker, where it is in its life, and what has become of it so far.

    `state`: `activatable`, `activated`, `backing_off`, `failed`, `error_thrown` while a task waits for it;
    `completed`, `error_caught` or `canceled` once it is over. `due_at_ms` is the deadline, or the end of the
    back-off.

    `tries` are those that came to nothing, the latest of them, oldest first; `activated_at_ms` is when it was
    last taken. `listener_event_type` is the event (`start`, `end`, `beforeAll`) that it is a listener's job
    of; empty where it is the element's own work. In a list whose instances have gone on for very long, a job
    may be without tries and moments: then
    `created_at_ms` is None, and the tree of its instance tells them.
    """

    key: int
    element_instance_key: int
    element_id: str
    type: str
    retries: int
    created_at_ms: int | None = None
    state: str = "activatable"
    worker: str = ""
    due_at_ms: int | None = None
    error_code: str = ""
    error_message: str = ""
    ended_at_ms: int | None = None
    process_instance_key: int = 0
    bpmn_process_id: str = ""
    activated_at_ms: int | None = None
    tries: list[JobTry] = []
    tries_left_out: int = 0
    listener_event_type: str = ""


class Incident(msgspec.Struct):
    """What a person must mend.

    `state`: `open`, `resolved` or `dropped` (its element was swept away); `remedy` says what to do.
    """

    key: int
    process_instance_key: int
    bpmn_process_id: str
    element_id: str
    element_instance_key: int
    job_key: int
    error_type: str
    message: str
    remedy: str
    created_at_ms: int
    state: str = "open"
    ended_at_ms: int | None = None
