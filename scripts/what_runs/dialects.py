"""What each dialect adds to BPMN: one extension at a time, on an element that it is made for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from scripts.what_runs.elements import single
from scripts.what_runs.words import CAMUNDA, ZEEBE, Words, element, extensions


class Extension(NamedTuple):
    """An extension: what it is called, the element it stands on, and how it is written there."""

    name: str
    tag: str
    inside: str = ""
    attributes: str = ""
    beside: str = ""
    """What stands behind the extension elements."""

    def model(self, words: Words) -> bytes:
        """A process with an element that has it."""
        return single(
            words, element(self.tag, extensions(self.inside) + self.beside, attributes=self.attributes)
        )


_JOB: Final = '<zeebe:taskDefinition type="subject"/>'
_EXTERNAL: Final = 'camunda:type="external" camunda:topic="subject"'

ADDED: Final[Mapping[Words, tuple[Extension, ...]]] = {
    ZEEBE: (
        Extension(
            "taskDefinition",
            "serviceTask",
            '<zeebe:taskDefinition type="= &quot;sub&quot; + &quot;ject&quot;" retries="= 1 + 1"/>',
        ),
        Extension(
            "ioMapping",
            "serviceTask",
            f'{_JOB}<zeebe:ioMapping><zeebe:input source="= 1" target="a.b"/></zeebe:ioMapping>',
        ),
        Extension(
            "taskHeaders",
            "serviceTask",
            f'{_JOB}<zeebe:taskHeaders><zeebe:header key="a" value="b"/></zeebe:taskHeaders>',
        ),
        Extension(
            "properties",
            "serviceTask",
            f'{_JOB}<zeebe:properties><zeebe:property name="a" value="b"/></zeebe:properties>',
        ),
        Extension("userTask", "userTask", "<zeebe:userTask/>"),
        Extension(
            "assignmentDefinition",
            "userTask",
            '<zeebe:assignmentDefinition assignee="= &quot;anna&quot;" candidateGroups="a, b"/>',
        ),
        Extension("taskSchedule", "userTask", '<zeebe:taskSchedule dueDate="2030-01-01T00:00:00Z"/>'),
        Extension("priorityDefinition", "userTask", '<zeebe:priorityDefinition priority="= 10"/>'),
        Extension("formDefinition", "userTask", '<zeebe:formDefinition formId="f"/>'),
        Extension(
            "executionListeners",
            "serviceTask",
            f'{_JOB}<zeebe:executionListeners><zeebe:executionListener eventType="start" '
            'type="l"/></zeebe:executionListeners>',
        ),
        Extension(
            "taskListeners",
            "userTask",
            '<zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="creating" type="l"/>'
            "</zeebe:taskListeners>",
        ),
        Extension("linkedResources", "serviceTask", f"{_JOB}<zeebe:linkedResources/>"),
        Extension(
            "calledElement, by an expression",
            "callActivity",
            '<zeebe:calledElement processId="= &quot;called&quot;" propagateAllChildVariables="false"/>',
        ),
        Extension(
            "calledElement, by a label",
            "callActivity",
            '<zeebe:calledElement processId="called" bindingType="versionTag" versionTag="spring"/>',
        ),
    ),
    CAMUNDA: (
        Extension("class", "serviceTask", attributes='camunda:class="subject"'),
        Extension("delegateExpression", "serviceTask", attributes='camunda:delegateExpression="${subject}"'),
        Extension("expression", "serviceTask", attributes='camunda:expression="${subject.run(a)}"'),
        Extension(
            "topic, by an expression",
            "serviceTask",
            attributes='camunda:type="external" camunda:topic="${\'subject\'}"',
        ),
        Extension(
            "inputOutput",
            "serviceTask",
            '<camunda:inputOutput><camunda:inputParameter name="a">${1 + '
            "1}</camunda:inputParameter></camunda:inputOutput>",
            _EXTERNAL,
        ),
        Extension("field", "serviceTask", '<camunda:field name="a" stringValue="b"/>', _EXTERNAL),
        Extension(
            "properties",
            "serviceTask",
            '<camunda:properties><camunda:property name="a" value="b"/></camunda:properties>',
            _EXTERNAL,
        ),
        Extension(
            "failedJobRetryTimeCycle",
            "serviceTask",
            "<camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>",
            _EXTERNAL,
        ),
        Extension(
            "asyncBefore, asyncAfter, exclusive",
            "serviceTask",
            attributes=f'{_EXTERNAL} camunda:asyncBefore="true" camunda:exclusive="false"',
        ),
        Extension(
            "assignee, candidateGroups, dueDate",
            "userTask",
            attributes='camunda:assignee="anna" camunda:candidateGroups="a,b"',
        ),
        Extension("formKey", "userTask", attributes='camunda:formKey="f"'),
        Extension(
            "formData",
            "userTask",
            '<camunda:formData><camunda:formField id="a" type="string"/></camunda:formData>',
        ),
        Extension(
            "script, in JUEL",
            "scriptTask",
            attributes='scriptFormat="juel" camunda:resultVariable="a"',
            beside="<script>${1 + 1}</script>",
        ),
        Extension(
            "script, in another language",
            "scriptTask",
            attributes='scriptFormat="groovy"',
            beside="<script>a</script>",
        ),
        Extension(
            "executionListener",
            "serviceTask",
            '<camunda:executionListener event="start" class="l"/>',
            _EXTERNAL,
        ),
        Extension("taskListener", "userTask", '<camunda:taskListener event="create" class="l"/>'),
        Extension(
            "connector",
            "serviceTask",
            "<camunda:connector><camunda:connectorId>c</camunda:connectorId></camunda:connector>",
        ),
        Extension(
            "errorEventDefinition on an external task",
            "serviceTask",
            '<camunda:errorEventDefinition errorRef="e" expression="${true}"/>',
            _EXTERNAL,
        ),
        Extension(
            "in, out",
            "callActivity",
            '<camunda:in variables="all"/><camunda:out source="a" target="b"/>',
            'calledElement="called"',
        ),
        Extension(
            "calledElementBinding",
            "callActivity",
            attributes='calledElement="called" camunda:calledElementBinding="version" '
            'camunda:calledElementVersion="${1}"',
        ),
        Extension(
            "businessKey", "callActivity", '<camunda:in businessKey="${1}"/>', 'calledElement="called"'
        ),
    ),
}
"""Where it is asked whether a thing works at all, a form of it is taken that asks for the most."""
