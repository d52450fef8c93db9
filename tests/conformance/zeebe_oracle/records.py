"""What a Zeebe has done, from the records that its debug exporter writes into its log: one JSON object a line."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.zeebe_oracle.side import canonical
from tests.conformance.zeebe_oracle.views import ENDED, ElementView, IncidentView, InstanceView, JobView, View

MARK = "zeebe-oracle-mark"
"""The name of the messages by which we see how far the records have come."""
BEGIN = b'{"partitionId"'
COMPENSATION_MARKER = ("BOUNDARY_EVENT", "COMPENSATION")
"""Zeebe records that such a marker was passed when its activity completed; for BPMN it is no place where a token can be (13.5.5)."""
MOVES = {
    "ELEMENT_ACTIVATED": "active",
    "ELEMENT_COMPLETING": "completing",
    "ELEMENT_COMPLETED": "completed",
    "ELEMENT_TERMINATING": "terminating",
    "ELEMENT_TERMINATED": "terminated",
}
JOB_STATES = {"ERROR_THROWN": "error_thrown", "TIMED_OUT": "activatable", "YIELDED": "activatable", "RECURRED_AFTER_BACKOFF": "activatable"}
JOB_ENDS = frozenset({"COMPLETED", "CANCELED"})


class Records:
    """Folds records into what a script has left behind, and into what is still to come due."""

    def __init__(self) -> None:
        self.seen = 0
        """Records other than marks, so far."""
        self.marks: set[int] = set()
        """Keys of the marks that have passed."""
        self.due: dict[int, int] = {}
        """Moments at which timers, jobs in hand and jobs backing off come due, in milliseconds, by key."""
        self.messages: dict[int, int] = {}
        """Moments at which buffered messages expire, by key."""
        self.forget()

    def forget(self) -> None:
        """A new script begins: what was is none of its business."""
        self._instances: dict[int, InstanceView] = {}
        self._elements: dict[int, ElementView] = {}
        self._variables: dict[int, dict[str, str]] = {}
        self._jobs: dict[int, JobView] = {}
        self._incidents: dict[int, dict[str, Any]] = {}

    def take(self, line: bytes) -> None:
        """Take in a line of the log; most that is not a record is passed over."""
        place = line.find(BEGIN)
        if place >= 0:
            self._tell(json.loads(line[place:]))

    def view(self) -> View:
        """What the script has left behind."""
        for element in self._elements.values():
            element.variables = self._variables.get(element.key, {})
        jobs = [job for job in self._jobs.values() if self._is_running(job.element_instance_key)]
        incidents = []
        for key, value in self._incidents.items():
            element_found = self._elements.get(value["elementInstanceKey"])
            place = element_found.element_id if element_found is not None else value["elementId"]
            incidents.append(IncidentView(key, place, value["elementId"], value["errorType"]))
        return View(
            instances=[self._instances[key] for key in sorted(self._instances)],
            elements=[self._elements[key] for key in sorted(self._elements)],
            jobs=sorted(jobs, key=lambda job: job.key),
            incidents=sorted(incidents, key=lambda incident: incident.key),
        )

    def _is_running(self, element_key: int) -> bool:
        element = self._elements.get(element_key)
        return element is not None and element.state not in ENDED

    def _tell(self, record: dict[str, Any]) -> None:
        value, key, intent = record["value"], record["key"], record["intent"]
        if record["valueType"] == "MESSAGE" and value["name"] == MARK:
            if intent == "EXPIRED":
                self.marks.add(key)
            return
        self.seen += 1
        if record["recordType"] != "EVENT":
            return
        teller = getattr(self, "_" + record["valueType"].lower(), None)
        if teller is not None:
            teller(key, intent, value, record["timestamp"])

    def _process_instance(self, key: int, intent: str, value: dict[str, Any], _: int) -> None:
        if intent == "ELEMENT_ACTIVATING":
            if value["bpmnElementType"] == "PROCESS":
                self._instances[key] = InstanceView(key, value["bpmnProcessId"], max(value["parentProcessInstanceKey"], 0))
            is_marker = (value["bpmnElementType"], value["bpmnEventType"]) == COMPENSATION_MARKER
            if value["processInstanceKey"] in self._instances and not is_marker:
                self._elements[key] = ElementView(key, value["elementId"], value["processInstanceKey"])
        elif key in self._elements and intent in MOVES:
            self._elements[key].state = MOVES[intent]
            if key in self._instances and MOVES[intent] in ENDED:
                self._instances[key].state = MOVES[intent]

    def _variable(self, _: int, intent: str, value: dict[str, Any], __: int) -> None:
        if intent in {"CREATED", "UPDATED"}:
            self._variables.setdefault(value["scopeKey"], {})[value["name"]] = canonical(value["value"])

    def _job(self, key: int, intent: str, value: dict[str, Any], now_ms: int) -> None:
        if intent == "CREATED":
            if value["processInstanceKey"] in self._instances:
                element = self._elements[value["elementInstanceKey"]]
                self._jobs[key] = JobView(key, value["type"], element.element_id, element.key, value["retries"])
            return
        if intent not in {"RETRIES_UPDATED", "TIMEOUT_UPDATED"}:
            self.due.pop(key, None)
        if key not in self._jobs:
            return
        job = self._jobs[key]
        if intent in JOB_ENDS:
            del self._jobs[key]
        elif intent == "FAILED":
            backs_off = value["retries"] > 0 and value["retryBackoff"] > 0
            job.retries = value["retries"]
            job.state = "backing_off" if backs_off else "activatable" if value["retries"] > 0 else "failed"
            if backs_off:
                self.due[key] = now_ms + value["retryBackoff"]
        elif intent == "RETRIES_UPDATED":
            job.retries = value["retries"]
        elif intent in JOB_STATES:
            job.state = JOB_STATES[intent]

    def _job_batch(self, _: int, intent: str, value: dict[str, Any], __: int) -> None:
        if intent != "ACTIVATED":
            return
        for key, job in zip(value["jobKeys"], value["jobs"], strict=True):
            self.due[key] = job["deadline"]
            if key in self._jobs:
                self._jobs[key].state = "activated"

    def _incident(self, key: int, intent: str, value: dict[str, Any], _: int) -> None:
        if intent == "CREATED" and value["processInstanceKey"] in self._instances:
            self._incidents[key] = value
        elif intent == "RESOLVED":
            self._incidents.pop(key, None)
            if value["jobKey"] in self._jobs:
                self._jobs[value["jobKey"]].state = "activatable"

    def _timer(self, key: int, intent: str, value: dict[str, Any], _: int) -> None:
        if intent == "CREATED":
            self.due[key] = value["dueDate"]
        else:
            self.due.pop(key, None)

    def _message(self, key: int, intent: str, value: dict[str, Any], now_ms: int) -> None:
        if intent == "PUBLISHED" and value["timeToLive"] > 0:
            self.messages[key] = value.get("deadline", now_ms + value["timeToLive"])
        elif intent == "EXPIRED":
            self.messages.pop(key, None)
