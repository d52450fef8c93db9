"""A job as a handler sees it: one piece of work that the engine has lent to this worker until a deadline."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from counterflow_wire import gateway, json_texts
from counterflow_worker.task_listeners import UserTask, read_user_task

HEADERS = msgspec.json.Decoder(dict[str, str])


class Job(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One activated job (message ActivatedJob of the Zeebe protocol).

    `retries` is what is left, this attempt included. `deadline_ms` is epoch milliseconds: until then no other
    worker gets it. `tags` are those of the process instance. The two JSON texts are decoded when somebody
    asks for them, once.
    """

    key: int
    type: str
    process_instance_key: int
    bpmn_process_id: str
    process_definition_version: int
    process_definition_key: int
    element_id: str
    element_instance_key: int
    worker: str
    retries: int
    deadline_ms: int
    tenant_id: str
    headers_json: str
    variables_json: str
    listener_event_type: str = ""
    """`start` or `end` where it is the job of a listener; empty where it is an element's own work. Of a user
    task it is `creating`, `assigning`, `updating`, `completing` or `canceling`, and `listener` where the
    protocol has no word for its event.
    """
    tags: tuple[str, ...] = ()
    user_task: UserTask | None = None
    """Of the listener of a user task: what is to become of the task."""

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        """The variables that the element sees, or those named by `fetch`.

        Raises msgspec.DecodeError if the text is no JSON object.
        """
        return json_texts.decode(self.variables_json or "{}", json_texts.VARIABLES)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The task headers of the model.

        Raises msgspec.DecodeError if the text is no JSON object of strings.
        """
        return HEADERS.decode(self.headers_json or "{}")

    def __repr__(self) -> str:
        # Neither variables nor headers: a job ends up in logs, and those belong to other people.
        return (
            f"<Job {self.key} {self.type} at {self.element_id} of {self.bpmn_process_id} "
            f"{self.process_instance_key}>"
        )


def read_job(activated: gateway.ActivatedJob) -> Job:
    """The job that the wire's message says."""
    return Job(
        key=activated.key,
        type=activated.type,
        process_instance_key=activated.processInstanceKey,
        bpmn_process_id=activated.bpmnProcessId,
        process_definition_version=activated.processDefinitionVersion,
        process_definition_key=activated.processDefinitionKey,
        element_id=activated.elementId,
        element_instance_key=activated.elementInstanceKey,
        worker=activated.worker,
        retries=activated.retries,
        deadline_ms=activated.deadline,
        tenant_id=activated.tenantId,
        headers_json=activated.customHeaders,
        variables_json=activated.variables,
        listener_event_type=_listener_event(activated),
        tags=tuple(activated.tags),
        user_task=read_user_task(activated.userTask) if activated.HasField("userTask") else None,
    )


def _listener_event(activated: gateway.ActivatedJob) -> str:
    if activated.kind not in {gateway.ActivatedJob.EXECUTION_LISTENER, gateway.ActivatedJob.TASK_LISTENER}:
        return ""
    if activated.listenerEventType == gateway.ActivatedJob.UNSPECIFIED:
        return "listener"
    return gateway.ActivatedJob.ListenerEventType.Name(activated.listenerEventType).lower()
