"""What a script has left behind on one engine, in terms that both engines have: instances, element instances, jobs, incidents."""

from __future__ import annotations

from dataclasses import dataclass, field

ENDED = frozenset({"completed", "terminated"})


@dataclass
class InstanceView:
    """A process instance; `state` is `active`, `completed` or `terminated`."""

    key: int
    process_id: str
    parent_key: int
    state: str = "active"


@dataclass
class ElementView:
    """An element instance, running or ended, with the variables of its own scope as canonical JSON texts by name."""

    key: int
    element_id: str
    instance_key: int
    state: str = "activating"
    variables: dict[str, str] = field(default_factory=dict)


@dataclass
class JobView:
    """A job that has not ended; `state` is `activatable`, `activated`, `backing_off`, `failed` or `error_thrown`."""

    key: int
    type: str
    element_id: str
    element_instance_key: int
    retries: int
    state: str = "activatable"


@dataclass
class IncidentView:
    """An open incident. `element_id` is where it is; `label` is what the engine itself calls that element."""

    key: int
    element_id: str
    label: str
    error_type: str


@dataclass
class View:
    """Everything a script has left behind. Every list is in order of keys, which is the order of creation."""

    instances: list[InstanceView] = field(default_factory=list)
    elements: list[ElementView] = field(default_factory=list)
    jobs: list[JobView] = field(default_factory=list)
    incidents: list[IncidentView] = field(default_factory=list)

    def open_jobs(self, name: str) -> list[JobView]:
        """The open jobs of a type or of an element, oldest first."""
        return [job for job in self.jobs if name in (job.type, job.element_id)]

    def running(self, element_id: str) -> list[ElementView]:
        """The running instances of an element, oldest first."""
        return [element for element in self.elements if element.element_id == element_id and element.state not in ENDED]


@dataclass(frozen=True)
class TakenJob:
    """What only a worker sees of a job: its custom headers and its visible variables by name, as canonical JSON."""

    key: int
    headers: str
    variables: dict[str, str]
