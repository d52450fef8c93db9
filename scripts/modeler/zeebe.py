"""What Camunda Modeler writes for Camunda 8: a row for each property of `zeebe-bpmn-moddle`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from scripts.modeler.written import Written, attribute

_ELEMENTS: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "TaskDefinition": ("serviceTask", "taskDefinition", {"type": "t", "retries": "= 2 + 1"}),
    "Subscription": ("message", "subscription", {"correlationKey": "= k"}),
    "CalledElement": (
        "callActivity",
        "calledElement",
        {
            "processId": "called",
            "processIdExpression": "called",
            "propagateAllChildVariables": "false",
            "propagateAllParentVariables": "false",
            "businessId": "= k",
            "bindingType": "deployment",
            "versionTag": "spring",
        },
    ),
    "FormDefinition": (
        "userTask",
        "formDefinition",
        {
            "formKey": "f",
            "formId": "f",
            "externalReference": "https://example.org",
            "bindingType": "deployment",
            "versionTag": "spring",
        },
    ),
    "UserTask": ("userTask", "userTask", {"": ""}),
    "CalledDecision": (
        "businessRuleTask",
        "calledDecision",
        {"decisionId": "d", "resultVariable": "r", "bindingType": "deployment", "versionTag": "spring"},
    ),
    "AssignmentDefinition": (
        "userTask",
        "assignmentDefinition",
        {"assignee": "= a", "candidateGroups": "= [a]", "candidateUsers": "a, b"},
    ),
    "PriorityDefinition": ("userTask", "priorityDefinition", {"priority": "= 10"}),
    "JobPriorityDefinition": ("serviceTask", "jobPriorityDefinition", {"priority": "10"}),
    "TaskSchedule": (
        "userTask",
        "taskSchedule",
        {"dueDate": "2030-01-01T00:00:00Z", "followUpDate": "= now()"},
    ),
    "Script": ("scriptTask", "script", {"expression": "= 1 + 1", "resultVariable": "r"}),
    "VersionTag": ("process", "versionTag", {"value": "spring"}),
    "AdHoc": (
        "adHocSubProcess",
        "adHoc",
        {"activeElementsCollection": '= ["a"]', "outputCollection": "all", "outputElement": "= r"},
    ),
    "AgentDefinition": ("serviceTask", "agentDefinition", {"agentType": "a"}),
    "ConditionalFilter": (
        "conditionalEventDefinition",
        "conditionalFilter",
        {"variableNames": "a", "variableEvents": "create"},
    ),
    "UserTaskForm": ("process", "userTaskForm", {"id": "f"}),
}
"""By type: the host, the element, and an attribute with a value for each property."""

_NEEDS: Final[Mapping[str, Mapping[str, str]]] = {
    "TaskDefinition": {"type": "t"},
    "CalledElement": {"processId": "called"},
    "FormDefinition": {"formId": "f"},
    "CalledDecision": {"decisionId": "d", "resultVariable": "r"},
    "Script": {"expression": "= 1", "resultVariable": "r"},
}
"""What an element has to say besides."""
_TOGETHER: Final[Mapping[str, Mapping[str, str]]] = {
    "versionTag": {"bindingType": "versionTag"},
    "outputCollection": {"outputElement": "= r"},
    "outputElement": {"outputCollection": "all"},
}
_INSIDE: Final[Mapping[str, str]] = {"adHocSubProcess": '<task id="a"/>'}
"""What an element has to hold."""
_WORK: Final = frozenset({"JobPriorityDefinition", "AgentDefinition"})
_LOOP: Final = {
    "inputCollection": "= [1]",
    "inputElement": "one",
    "outputCollection": "all",
    "outputElement": "= one",
}
_FOR_TOOLS: Final = (
    ("TemplateSupported", "modelerTemplate"),
    ("TemplateSupported", "modelerTemplateVersion"),
    ("TemplateSupported", "modelerTemplateIcon"),
)


def rows() -> Iterator[Written]:
    """Every property, on the first element that it is made for."""
    for name, (host, tag, values) in _ELEMENTS.items():
        for property_name, value in values.items():
            own = {property_name: value} if property_name else {}
            said = {**_NEEDS.get(name, {}), **_TOGETHER.get(property_name, {}), **own}
            yield Written(
                name,
                property_name,
                host,
                extensions=_element(tag, said),
                inside=_INSIDE.get(host, ""),
                is_work=name in _WORK,
            )
    yield from _mappings()
    yield from _listeners()
    for number, property_name in enumerate(_LOOP, start=1):
        said = dict(list(_LOOP.items())[: number + number % 2])
        inside = _element("loopCharacteristics", said)
        yield Written(
            "LoopCharacteristics", property_name, "multiInstanceLoopCharacteristics", extensions=inside
        )
    for name, property_name in _FOR_TOOLS:
        yield Written(
            name, property_name, "serviceTask", attribute(f"zeebe:{property_name}", "1"), is_work=True
        )
    yield Written(
        "TemplatedRootElement", "modelerTemplate", "message", attribute("zeebe:modelerTemplate", "1")
    )
    yield Written(
        "ZeebeServiceTask", "retryCounter", "serviceTask", attribute("zeebe:retryCounter", "1"), is_work=True
    )


def _element(tag: str, said: Mapping[str, str], inside: str = "") -> str:
    written = " ".join(attribute(name, value) for name, value in said.items())
    return f"<zeebe:{tag} {written}>{inside}</zeebe:{tag}>"


def _mappings() -> Iterator[Written]:
    for tag in ("input", "output"):
        mapping = _element(tag, {"source": "= 1", "target": "a.b"})
        inside = _element("ioMapping", {}, mapping)
        yield Written(tag.capitalize(), "", "serviceTask", extensions=inside, is_work=True)
        for property_name in ("source", "target") if tag == "input" else ():
            yield Written(
                "InputOutputParameter", property_name, "serviceTask", extensions=inside, is_work=True
            )
    configured = {"source": "= 1", "target": "a"}
    for property_name in ("modelerConfigurationTemplate", "modelerConfigurationName"):
        mapping = _element("input", configured | {f"zeebe:{property_name}": "x"})
        inside = _element("ioMapping", {}, mapping)
        yield Written("Input", property_name, "serviceTask", extensions=inside, is_work=True)
        inside = _element(
            "properties", {}, _element("property", {"name": "x", f"zeebe:{property_name}": "x"})
        )
        yield Written("Property", property_name, "serviceTask", extensions=inside, is_work=True)
    for kind, tag, names in (
        ("Header", "taskHeaders", ("id", "key", "value")),
        ("Property", "properties", ("name", "value")),
    ):
        said = dict.fromkeys(names, "x")
        inside = _element(tag, {}, _element(kind.lower(), said))
        for property_name in names:
            yield Written(kind, property_name, "serviceTask", extensions=inside, is_work=True)
    linked = {"resourceId": "r", "resourceType": "RPA", "linkName": "l"}
    for property_name in (*linked, "bindingType", "versionTag"):
        said = linked | {"bindingType": "deployment"}
        inside = _element("linkedResources", {}, _element("linkedResource", said))
        yield Written("LinkedResource", property_name, "serviceTask", extensions=inside, is_work=True)
    yield Written("UserTaskForm", "body", "process", extensions=_element("userTaskForm", {"id": "f"}, "{}"))


def _listeners() -> Iterator[Written]:
    for kind, group, host, event in (
        ("ExecutionListener", "executionListeners", "serviceTask", "start"),
        ("TaskListener", "taskListeners", "userTask", "creating"),
    ):
        said = {"eventType": event, "retries": "3", "type": "l"}
        tag = kind[0].lower() + kind[1:]
        inside = _element(group, {}, _element(tag, said))
        inside = "<zeebe:userTask/>" + inside if host == "userTask" else inside
        names = (*said, "headers") if kind == "ExecutionListener" else tuple(said)
        for property_name in names:
            yield Written(kind, property_name, host, extensions=inside, is_work=host == "serviceTask")
