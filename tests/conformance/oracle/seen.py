"""One line of a script as one engine has carried it out, in lines of text that two engines should share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.conformance.oracle.views import ACTIVE, View


@dataclass
class Seen:
    """The answer, what there is, and what has ended since the line before."""

    line: str
    answer: str = "OK"
    details: str = ""
    jobs: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    job_variables: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


class Describer:
    """Describes one engine's views, one after another: what was told already is no news."""

    def __init__(self) -> None:
        self._jobs: set[Any] = set()
        self._ends: set[Any] = set()

    def describe(self, seen: Seen, view: View) -> None:
        """Write down what a line has brought about."""
        places = {
            instance.key: f"{instance.process_id}/{number}"
            for number, instance in enumerate(view.instances, start=1)
        }
        self._describe_jobs(seen, view)
        seen.incidents += [f"{incident.element_id}: {incident.type}" for incident in view.incidents]
        for instance in view.instances:
            self._describe_one(
                seen, places[instance.key], instance.key, instance.state, view.variables.get(instance.key, {})
            )
        for element in view.elements:
            place = f"{places[element.instance_key]} {element.element_id}"
            self._describe_one(seen, place, ("element", element.key), element.state, element.variables)

    def _describe_jobs(self, seen: Seen, view: View) -> None:
        for job in view.jobs:
            seen.jobs.append(f"{job.element_id}: {job.type}, {job.state}, retries {job.retries}")
            seen.job_variables += [
                f"{job.element_id}: {name} = {value}" for name, value in sorted(job.variables.items())
            ]
            if job.key not in self._jobs:
                seen.order.append(job.element_id)
                self._jobs.add(job.key)

    def _describe_one(self, seen: Seen, place: str, key: Any, state: str, variables: dict[str, str]) -> None:
        if state == ACTIVE:
            seen.elements.append(place)
            seen.variables += [f"{place}: {name} = {value}" for name, value in sorted(variables.items())]
        elif key not in self._ends:
            seen.ended.append(f"{place}: {state}")
            self._ends.add(key)
