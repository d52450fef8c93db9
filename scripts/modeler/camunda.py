"""What Camunda Modeler writes for Camunda 7: a row for each property of `camunda-bpmn-moddle`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from scripts.modeler.written import Written, attribute

_ATTRIBUTES: Final[tuple[tuple[str, str, Mapping[str, str], Mapping[str, str], bool], ...]] = (
    ("Definitions", "definitions", {"diagramRelationId": "x"}, {}, False),
    (
        "AsyncCapable",
        "serviceTask",
        dict.fromkeys(("async", "asyncBefore", "asyncAfter", "exclusive"), "true"),
        {},
        True,
    ),
    ("JobPriorized", "serviceTask", {"jobPriority": "10"}, {}, True),
    ("SignalEventDefinitionExtension", "signalEventDefinition", {"async": "true"}, {}, False),
    (
        "ErrorEventDefinitionExtension",
        "errorEventDefinition",
        {"errorCodeVariable": "a", "errorMessageVariable": "b"},
        {},
        False,
    ),
    ("Error", "error", {"errorMessage": "x"}, {}, False),
    (
        "FormSupported",
        "userTask",
        {
            "formHandlerClass": "a.B",
            "formKey": "f",
            "formRef": "f",
            "formRefBinding": "latest",
            "formRefVersion": "1",
        },
        {},
        False,
    ),
    ("TemplateSupported", "serviceTask", {"modelerTemplate": "x", "modelerTemplateVersion": "1"}, {}, True),
    ("Initiator", "startEvent", {"initiator": "who"}, {}, False),
    (
        "Process",
        "process",
        {
            "candidateStarterGroups": "a",
            "candidateStarterUsers": "a",
            "versionTag": "spring",
            "historyTimeToLive": "P30D",
            "isStartableInTasklist": "false",
        },
        {},
        False,
    ),
    (
        "EscalationEventDefinitionExtension",
        "escalationEventDefinition",
        {"escalationCodeVariable": "a"},
        {},
        False,
    ),
    (
        "Assignable",
        "userTask",
        {
            "assignee": "${a}",
            "candidateUsers": "a,b",
            "candidateGroups": "${a}",
            "dueDate": "${a}",
            "followUpDate": "2030-01-01T00:00:00",
            "priority": "10",
        },
        {},
        False,
    ),
    (
        "CallActivity",
        "callActivity",
        {
            "calledElementBinding": "deployment",
            "calledElementTenantId": "north",
            "caseRef": "c",
            "caseBinding": "latest",
            "caseVersion": "1",
            "caseTenantId": "north",
            "variableMappingClass": "a.B",
            "variableMappingDelegateExpression": "${a}",
        },
        {"calledElement": "called"},
        False,
    ),
    (
        "CallActivity",
        "callActivity",
        {"calledElementVersion": "${n}"},
        {"calledElement": "called", "camunda:calledElementBinding": "version"},
        False,
    ),
    (
        "CallActivity",
        "callActivity",
        {"calledElementVersionTag": "spring"},
        {"calledElement": "called", "camunda:calledElementBinding": "versionTag"},
        False,
    ),
    (
        "ServiceTaskLike",
        "serviceTask",
        {"expression": "${a.b(c)}", "class": "a.B", "delegateExpression": "${a}"},
        {},
        False,
    ),
    ("ServiceTaskLike", "serviceTask", {"resultVariable": "r"}, {"camunda:expression": "${a + 1}"}, False),
    (
        "DmnCapable",
        "businessRuleTask",
        {
            "decisionRefTenantId": "north",
            "mapDecisionResult": "singleEntry",
            "decisionRefBinding": "deployment",
        },
        {"camunda:decisionRef": "d", "camunda:resultVariable": "r"},
        False,
    ),
    ("DmnCapable", "businessRuleTask", {"decisionRef": "d"}, {"camunda:resultVariable": "r"}, False),
    (
        "DmnCapable",
        "businessRuleTask",
        {"decisionRefVersion": "2"},
        {"camunda:decisionRef": "d", "camunda:decisionRefBinding": "version", "camunda:resultVariable": "r"},
        False,
    ),
    ("ExternalCapable", "serviceTask", {"topic": "t"}, {"camunda:type": "external"}, False),
    ("ExternalCapable", "serviceTask", {"type": "mail"}, {}, False),
    ("TaskPriorized", "serviceTask", {"taskPriority": "10"}, {}, True),
    (
        "ConditionalEventDefinitionExtension",
        "conditionalEventDefinition",
        {"variableName": "a", "variableEvents": "create"},
        {},
        False,
    ),
)
"""Type, host, an attribute with a value for each property, what the host needs besides, and whether a job."""


def rows() -> Iterator[Written]:
    """Every property, on the first element that it is made for."""
    for name, host, values, needs, is_work in _ATTRIBUTES:
        for property_name, value in values.items():
            said = {**needs, f"camunda:{property_name}": value}
            yield Written(name, property_name, host, _attributes(said), is_work=is_work)
    yield from _bindings()
    yield from _of_tasks()
    yield from _of_other_elements()
    yield from _listeners()
    yield from _script_tasks()
    yield from _parameters()
    yield from _forms()
    for property_name, value in (("collection", "${a}"), ("elementVariable", "one")):
        said = {"camunda:collection": "a", f"camunda:{property_name}": value}
        yield Written("Collectable", property_name, "multiInstanceLoopCharacteristics", _attributes(said))


def _attributes(said: Mapping[str, str]) -> str:
    return " ".join(attribute(name, value) for name, value in said.items())


def _element(tag: str, said: Mapping[str, str] | None = None, inside: str = "") -> str:
    return f"<camunda:{tag} {_attributes(said or {})}>{inside}</camunda:{tag}>"


def _on_task(name: str, property_name: str, extensions: str) -> Written:
    return Written(name, property_name, "serviceTask", extensions=extensions, is_work=True)


def _bindings() -> Iterator[Written]:
    """What goes into called processes, and comes out of them."""
    call = attribute("calledElement", "called")
    for property_name, said in (
        ("source", {"source": "a", "target": "b"}),
        ("target", {"source": "a", "target": "b"}),
        ("sourceExpression", {"sourceExpression": "${a}", "target": "b"}),
        ("businessKey", {"businessKey": "#{execution.processBusinessKey}"}),
        ("local", {"source": "a", "target": "b", "local": "true"}),
        ("variables", {"variables": "all"}),
    ):
        yield Written("InOutBinding", property_name, "callActivity", call, _element("in", said))
    for tag in ("in", "out"):
        yield Written(tag.capitalize(), "", "callActivity", call, _element(tag, {"variables": "all"}))


def _of_tasks() -> Iterator[Written]:
    held = _element("property", {"id": "i", "name": "n", "value": "v"})
    for name in ("id", "name", "value"):
        yield _on_task("Property", name, _element("properties", None, held))
    retries = _element("failedJobRetryTimeCycle", None, "R3/PT1M")
    yield _on_task("FailedJobRetryTimeCycle", "body", retries)
    for property_name, field in (
        ("name", _element("field", {"name": "a", "stringValue": "b"})),
        ("stringValue", _element("field", {"name": "a", "stringValue": "b"})),
        ("string", _element("field", {"name": "a"}, _element("string", None, "b"))),
        ("expression", _element("field", {"name": "a"}, _element("expression", None, "${b}"))),
    ):
        yield _on_task("Field", property_name, field)
    error = _element("errorEventDefinition", {"errorRef": "E", "expression": "${true}"})
    yield _on_task("ErrorEventDefinition", "expression", error)


def _of_other_elements() -> Iterator[Written]:
    starter = (
        "<camunda:potentialStarter><resourceAssignmentExpression><formalExpression>group(a)</formalExpression>"
        "</resourceAssignmentExpression></camunda:potentialStarter>"
    )
    yield Written("PotentialStarter", "resourceAssignmentExpression", "process", extensions=starter)
    in_groovy = attribute("camunda:resource", "a.groovy")
    yield Written("FormalExpression", "resource", "conditionExpression", in_groovy)


def _listeners() -> Iterator[Written]:
    for kind, host, event in (
        ("ExecutionListener", "serviceTask", "start"),
        ("TaskListener", "userTask", "create"),
    ):
        tag = kind[0].lower() + kind[1:]
        for property_name in ("expression", "class", "delegateExpression", "event", "script", "fields"):
            listener = _element(tag, {"event": event, "class": "a.B"})
            yield Written(kind, property_name, host, extensions=listener, is_work=host == "serviceTask")
    for property_name, said in (
        ("id", {"id": "a", "class": "a.B"}),
        ("eventDefinitions", {"event": "timeout"}),
    ):
        yield Written("TaskListener", property_name, "userTask", extensions=_element("taskListener", said))


def _script_tasks() -> Iterator[Written]:
    source = "<script>${1 + 1}</script>"
    in_groovy = f"{attribute('scriptFormat', 'groovy')} {attribute('camunda:resource', 'a.groovy')}"
    yield Written(
        "ScriptTask", "resultVariable", "scriptTask", attribute("camunda:resultVariable", "r"), inside=source
    )
    yield Written("ScriptTask", "resource", "scriptTask", in_groovy)


def _parameters() -> Iterator[Written]:
    held = {
        "value": "${a}",
        "list": _element("list", None, _element("value", None, "${a}")),
        "map": _element("map", None, _element("entry", {"key": "k"}, "v")),
        "juel": _element("script", {"scriptFormat": "juel"}, "${a}"),
        "resource": _element("script", {"scriptFormat": "groovy", "resource": "a.groovy"}),
        "groovy": _element("script", {"scriptFormat": "groovy"}, "a"),
    }
    for name, property_name, shown in (
        ("InputOutputParameter", "name", "value"),
        ("InputOutputParameter", "value", "value"),
        ("InputOutputParameter", "definition", "list"),
        ("InputParameter", "", "value"),
        ("OutputParameter", "", "value"),
        ("List", "items", "list"),
        ("Map", "entries", "map"),
        ("Entry", "key", "map"),
        ("Entry", "value", "map"),
        ("Entry", "definition", "map"),
        ("Value", "id", "list"),
        ("Value", "name", "list"),
        ("Value", "value", "list"),
        ("Script", "scriptFormat", "juel"),
        ("Script", "value", "groovy"),
        ("Script", "resource", "resource"),
    ):
        tag = "outputParameter" if name == "OutputParameter" else "inputParameter"
        inside = _element("inputOutput", None, _element(tag, {"name": "a"}, held[shown]))
        yield Written(name, property_name, "serviceTask", extensions=inside, is_work=True)
    parameter = _element("inputOutput", None, _element("inputParameter", {"name": "url"}, "${a}"))
    connector = _element("connector", None, _element("connectorId", None, "http-connector") + parameter)
    for property_name in ("connectorId", "inputOutput"):
        yield Written("Connector", property_name, "serviceTask", extensions=connector)


def _forms() -> Iterator[Written]:
    form_property = _element("formProperty", {"id": "a", "type": "string"})
    for property_name in (
        "id", "name", "type", "required", "readable", "writable", "variable", "expression", "datePattern",
        "default", "values",
    ):  # fmt: skip
        yield Written("FormProperty", property_name, "userTask", extensions=form_property)
    constraint = _element("validation", None, _element("constraint", {"name": "min", "config": "1"}))
    field = _element("formField", {"id": "a", "type": "long"}, constraint)
    data = _element("formData", {"businessKey": "a"}, field)
    for name, names in (
        ("FormData", ("fields", "businessKey")),
        (
            "FormField",
            ("id", "label", "type", "datePattern", "defaultValue", "properties", "validation", "values"),
        ),
        ("Validation", ("constraints",)),
        ("Constraint", ("name", "config")),
    ):
        for property_name in names:
            yield Written(name, property_name, "userTask", extensions=data)
