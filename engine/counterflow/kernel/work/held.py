"""What holds an element up until a person has looked: the types of incident, and how a decision tells one.

Whoever finds that an element cannot go on raises `Held`; who began the element's moment makes an
incident of it by `Token.hold`, and so does who knows at once whom it holds. What was done before it stands,
what would have come after it is done when the incident is resolved.
"""

from __future__ import annotations

from enum import StrEnum

from counterflow.kernel.vocabulary import InstanceEvent

SET_VARIABLES = "set the variables it reads and resolve the incident"
"""What helps where an expression gives no value of use."""
MESSAGE_CHARACTERS = 2_000
"""What is kept of a message, of its beginning and its end: the text of an expression may be a book."""


class IncidentType(StrEnum):
    """Why an element is held, and what a person can do about it: one sentence that ends in a way on.

    The types are Zeebe's, so that people and tools recognise them; STEP_LIMIT_EXCEEDED,
    JOB_NOT_DELIVERABLE and CATCHER_QUARANTINED are ours.
    """

    remedy: str

    def __new__(cls, name: str, remedy: str) -> IncidentType:
        """A type by its name in log and rows, with its remedy."""
        made = str.__new__(cls, name)
        made._value_ = name
        made.remedy = remedy
        return made

    JOB_NO_RETRIES = (
        "JOB_NO_RETRIES",
        "Mend what the worker tripped over, then give the job retries and resolve the incident.",
    )
    IO_MAPPING_ERROR = (
        "IO_MAPPING_ERROR",
        "Set the variables that the mapping reads on this element instance, then resolve the incident.",
    )
    EXTRACT_VALUE_ERROR = (
        "EXTRACT_VALUE_ERROR",
        "Set the variables that the expression reads, then resolve the incident.",
    )
    CONDITION_ERROR = (
        "CONDITION_ERROR",
        (
            "Set the variables that the conditions read, then resolve the incident; or give the gateway a "
            "default flow."
        ),
    )
    EXECUTION_LISTENER_NO_RETRIES = (
        "EXECUTION_LISTENER_NO_RETRIES",
        "Mend what the worker tripped over, then give the listener's job retries and resolve the incident.",
    )
    TASK_LISTENER_NO_RETRIES = (
        "TASK_LISTENER_NO_RETRIES",
        "Mend what the worker tripped over, then give the listener's job retries and resolve the incident.",
    )
    UNHANDLED_ERROR_EVENT = (
        "UNHANDLED_ERROR_EVENT",
        (
            "Give the job retries and resolve the incident to try again; for later instances, let an event "
            "in the model catch the error."
        ),
    )
    STEP_LIMIT_EXCEEDED = (
        "STEP_LIMIT_EXCEEDED",
        "Resolve the incident to go on as far again, or cancel the instance and put a wait into the loop.",
    )
    MESSAGE_SIZE_EXCEEDED = (
        "MESSAGE_SIZE_EXCEEDED",
        (
            "Let the worker fetch fewer or smaller variables, then give the job retries and resolve the "
            "incident."
        ),
    )
    JOB_NOT_DELIVERABLE = (
        "JOB_NOT_DELIVERABLE",
        (
            "Give the job retries and resolve the incident to try again with these; if it is told again, "
            "cancel the instance and tell us."
        ),
    )
    CATCHER_QUARANTINED = (
        "CATCHER_QUARANTINED",
        "Release the process instance that is quarantined, then resolve the incident.",
    )
    CALLED_ELEMENT_ERROR = (
        "CALLED_ELEMENT_ERROR",
        "Deploy the process that is called, then resolve the incident.",
    )
    CALLED_DECISION_ERROR = (
        "CALLED_DECISION_ERROR",
        "Deploy the decision that is meant, then resolve the incident.",
    )
    FORM_NOT_FOUND = (
        "FORM_NOT_FOUND",
        "Deploy the form that is meant, then resolve the incident.",
    )
    DECISION_EVALUATION_ERROR = (
        "DECISION_EVALUATION_ERROR",
        ("Set the variables that the decision reads or deploy a mended decision, then resolve the incident."),
    )


class Phase(StrEnum):
    """From where on the course of a held element is taken up again."""

    ANEW = ""
    """From the beginning of entering, or of leaving."""
    FLOWS = "flows"
    """Its outputs are mapped; flows were being chosen, or its scope was asked."""


def passed(event_type: str, count: int) -> str:
    """The phase of an element that has gone through so many listeners of an event: `start:1`."""
    return f"{event_type}:{count}"


def count_passed(phase: str, event_type: str) -> int | None:
    """How many listeners of an event have been gone through in this phase; None where it is another one."""
    kind, colon, count = phase.partition(":")
    return int(count) if colon and kind == event_type else None


class Held(Exception):
    """An element cannot go on.

    `fact` says what was expected and what was found, `where` in which part of the element, `remedy` what
    would help. An incident of `type` tells it, of the job `job_key` if it is one's.
    """

    def __init__(
        self, incident_type: IncidentType, fact: str, *, where: str = "", remedy: str = "", job_key: int = 0
    ) -> None:
        super().__init__(fact)
        self.type = incident_type
        self.fact = fact
        self.where = where
        self.remedy = remedy
        self.job_key = job_key
        self.phase: str = Phase.ANEW

    @property
    def message(self) -> str:
        """What the incident says.

        What is not of a job is said in few words, as it may be said of many elements.
        """
        text = f"{self.fact} ({self.where})" if self.where else self.fact
        text = f"{text}; {self.remedy}" if self.remedy else text
        if self.job_key or len(text) <= MESSAGE_CHARACTERS:
            return text
        return f"{text[: MESSAGE_CHARACTERS * 3 // 4]} … {text[-MESSAGE_CHARACTERS // 4 :]}"

    def inside(self, where: str, incident_type: IncidentType | None = None) -> Held:
        """The same, said of a part of the element, and of another type if one is given."""
        held = Held(
            incident_type or self.type, self.fact, where=where, remedy=self.remedy, job_key=self.job_key
        )
        held.phase = self.phase
        return held


class IncidentRaised(InstanceEvent, frozen=True):
    """An element cannot go on; `message` says what was expected, what was found and what would help."""

    key: int
    element_instance_key: int
    job_key: int
    error_type: str
    message: str
    phase: str | None = None
    """From where on its course is taken up again; None where a version before 0.2.0 has not said."""
