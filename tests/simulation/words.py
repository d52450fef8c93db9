"""How each dialect says the same: a job, a loop, a call, a condition, the key of a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tests.bpmn.diagram import conditional, element, extensions, message
from tests.simulation.shapes import OWN, Many, Mapping

DECISION = "price"
FOR_PEOPLE = element("zeebe:userTask") + element(
    "zeebe:assignmentDefinition",
    assignee='= if again = true then "ann" else ""',
    candidateGroups="clerks",
)
"""The mark of a user task that is one for people, and whose it is."""


def standard_loop(many: Many, holds: str, is_again: str) -> str:
    """The mark of a standard loop, which all dialects have alike, by what is asked before or after a round."""
    if many.loop == "for":
        return element("standardLoopCharacteristics", loopMaximum=str(many.count))
    is_before = many.loop == "while"
    condition = element("loopCondition", holds if is_before else is_again)
    before = "true" if is_before else None
    return element("standardLoopCharacteristics", condition, testBefore=before)


class Words(Protocol):
    """What a drawing needs of a dialect."""

    def mark(self) -> dict[str, str]:
        """Attributes of a process that tell its dialect, even where nothing else in it does."""
        ...

    def work(self, tag: str, job_type: str) -> tuple[str, dict[str, str]]:
        """Extension elements and attributes of what is a job."""
        ...

    def script(self) -> tuple[str, dict[str, str]]:
        """What is in it, and attributes of a script task that the engine runs by itself."""
        ...

    def decision(self) -> tuple[str, dict[str, str]]:
        """Extension elements and attributes of a task that evaluates the decision `DECISION`."""
        ...

    def loop(self, many: Many, element_id: str) -> str:
        """The mark of an activity that is done several times."""
        ...

    def call(self, process_id: str) -> tuple[str, dict[str, str]]:
        """Extension elements and attributes of a call activity that hands over everything."""
        ...

    def mapped(self, inputs: Sequence[Mapping], outputs: Sequence[Mapping]) -> str:
        """What goes into an activity's own variables, and what of them goes out."""
        ...

    def listeners(self, events: Sequence[str], job_type: str) -> str:
        """Jobs that are told of these events of an activity."""
        ...

    def task_listeners(self, events: Sequence[str], job_type: str) -> str:
        """Jobs that are asked before this becomes of a task for people."""
        ...

    def equals(self, variable: str, value: str) -> str:
        """A condition."""
        ...

    def is_one_of(self, variable: str, values: Sequence[int]) -> str:
        """A condition, also of a variable that is not there."""
        ...

    def at_least(self, variable: str, number: int) -> str:
        """A condition of a variable that is a number."""
        ...

    def conditional(self, variable: str) -> str:
        """The definition of an event that waits for a variable to be true, and is asked when it changes."""
        ...

    def message(self, name: str) -> str:
        """A message whose key is the variable `key`."""
        ...


class Zeebe:
    """The `zeebe:` dialect."""

    def mark(self) -> dict[str, str]:
        return {}

    def work(self, tag: str, job_type: str) -> tuple[str, dict[str, str]]:
        if tag == "userTask":  # half of them are for people, the others jobs
            return (FOR_PEOPLE if job_type == "odd" else ""), {}
        return element("zeebe:taskDefinition", type=job_type), {}

    def script(self) -> tuple[str, dict[str, str]]:
        return extensions(element("zeebe:script", expression="= 1 + 1", resultVariable="computed")), {}

    def decision(self) -> tuple[str, dict[str, str]]:
        return element("zeebe:calledDecision", decisionId=DECISION, resultVariable="decided"), {}

    def loop(self, many: Many, element_id: str) -> str:
        if many.loop:
            rounds = f"loopCounter &lt;= {many.count}", f"loopCounter &lt; {many.count}"
            return standard_loop(many, *(f"= {condition}" for condition in rounds))
        gathers = {"outputCollection": f"out_{element_id}", "outputElement": "= item"} if many.gathers else {}
        items = f"= [{', '.join(str(number) for number in range(many.count))}]"
        inside = extensions(
            element("zeebe:loopCharacteristics", inputCollection=items, inputElement="item", **gathers)
        )
        enough = (
            element("completionCondition", f"= numberOfCompletedInstances &gt;= {many.enough}")
            if many.enough
            else ""
        )
        return element(
            "multiInstanceLoopCharacteristics",
            inside,
            enough,
            isSequential="true" if many.sequential else None,
        )

    def call(self, process_id: str) -> tuple[str, dict[str, str]]:
        return element("zeebe:calledElement", processId=process_id, propagateAllChildVariables="true"), {}

    def mapped(self, inputs: Sequence[Mapping], outputs: Sequence[Mapping]) -> str:
        into = [element("zeebe:input", source=f"= {source}", target=target) for source, target in inputs]
        out = [element("zeebe:output", source=f"= {source}", target=target) for source, target in outputs]
        return element("zeebe:ioMapping", *into, *out) if into or out else ""

    def listeners(self, events: Sequence[str], job_type: str) -> str:
        told = [element("zeebe:executionListener", eventType=event, type=job_type) for event in events]
        return element("zeebe:executionListeners", *told) if told else ""

    def task_listeners(self, events: Sequence[str], job_type: str) -> str:
        if job_type != "odd":  # it is no task for people
            return ""
        types = ("odd", "even")
        told = [
            element("zeebe:taskListener", eventType=event, type=types[events[:place].count(event) % 2])
            for place, event in enumerate(events)
            if events[:place].count(event) < len(types)
        ]
        return element("zeebe:taskListeners", *told)

    def equals(self, variable: str, value: str) -> str:
        return f"= {variable} = {value}"

    def is_one_of(self, variable: str, values: Sequence[int]) -> str:
        return "= " + " or ".join(f"{variable} = {value}" for value in values)

    def at_least(self, variable: str, number: int) -> str:
        return f"= {variable} &gt;= {number}"

    def conditional(self, variable: str) -> str:
        return conditional(self.equals(variable, "true"))

    def message(self, name: str) -> str:
        return message(name)


class Camunda:
    """The `camunda:` dialect. Nothing is gathered: it has no output collection."""

    def mark(self) -> dict[str, str]:
        return {"camunda__versionTag": "simulated"}

    def work(self, tag: str, job_type: str) -> tuple[str, dict[str, str]]:
        return "", ({} if tag == "userTask" else {"camunda__type": "external", "camunda__topic": job_type})

    def script(self) -> tuple[str, dict[str, str]]:
        return element("script", "1 + 1"), {"scriptFormat": "feel", "camunda__resultVariable": "computed"}

    def decision(self) -> tuple[str, dict[str, str]]:
        names = {"decisionRef": DECISION, "resultVariable": "decided", "mapDecisionResult": "singleEntry"}
        return "", {f"camunda__{name}": value for name, value in names.items()}

    def loop(self, many: Many, element_id: str) -> str:
        if many.loop:
            rounds = f"loopCounter &lt; {many.count}", f"loopCounter &lt; {many.count - 1}"
            return standard_loop(many, *(f"${{{condition}}}" for condition in rounds))
        count = element("loopCardinality", str(many.count))
        enough = (
            element("completionCondition", f"${{nrOfCompletedInstances &gt;= {many.enough}}}")
            if many.enough
            else ""
        )
        return element(
            "multiInstanceLoopCharacteristics",
            count,
            enough,
            isSequential="true" if many.sequential else None,
        )

    def call(self, process_id: str) -> tuple[str, dict[str, str]]:
        return "".join(element(f"camunda:{way}", variables="all") for way in ("in", "out")), {
            "calledElement": process_id
        }

    def mapped(self, inputs: Sequence[Mapping], outputs: Sequence[Mapping]) -> str:
        """Its names are of variables only: members of objects cannot be made one by one."""
        return ""

    def listeners(self, events: Sequence[str], job_type: str) -> str:
        return "".join(
            element("camunda:executionListener", event=event, delegateExpression=f"${{{job_type}}}")
            for event in events
        )

    def task_listeners(self, events: Sequence[str], job_type: str) -> str:
        names = {
            "creating": "create",
            "assigning": "assignment",
            "updating": "update",
            "completing": "complete",
        }
        return "".join(
            element("camunda:taskListener", event=names[event], delegateExpression=f"${{{job_type}}}")
            for event in events
        )

    def equals(self, variable: str, value: str) -> str:
        return f"${{{variable} == {value}}}"

    def is_one_of(self, variable: str, values: Sequence[int]) -> str:
        return f"${{{' || '.join(f'{variable} == {value}' for value in values)}}}"

    def at_least(self, variable: str, number: int) -> str:
        return f"${{{variable} &gt;= {number}}}"

    def conditional(self, variable: str) -> str:
        return conditional(self.equals(variable, "true"), camunda__variableName=variable)

    def message(self, name: str) -> str:
        key = None if name.startswith(OWN) else "${key}"
        return element("message", id=f"message_{name}", name=name, counterflow__correlationKey=key)


WORDS: dict[str, Words] = {"zeebe": Zeebe(), "camunda": Camunda()}
