"""The processes that are measured, as text.

What puts a server under load should not need the engine to do so.
"""

from __future__ import annotations

from itertools import pairwise

TASKS = 3

_HEADING = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="benchmark" targetNamespace="https://example.org">'
)


def task_row(process_id: str, tasks: int = TASKS) -> bytes:
    """Service tasks in a row; the jobs of task n have the type `<process_id>-<n>`."""
    names = [f"task_{number}" for number in range(1, tasks + 1)]
    services = map(_service, names, job_types(process_id, tasks))
    return _process(process_id, *services, *(_flow(*ends) for ends in pairwise(("start", *names, "end"))))


def job_types(process_id: str, tasks: int = TASKS) -> list[str]:
    """The job types of `task_row`, in order."""
    return [f"{process_id}-{number}" for number in range(1, tasks + 1)]


def rounds(process_id: str, count: int) -> bytes:
    """A task of type `<process_id>-1` that is done again until its variable `n` has come to `count`."""
    return _process(
        process_id,
        _service("task", f"{process_id}-1"),
        '<exclusiveGateway id="again" default="again_end"/>',
        _flow("start", "task"),
        _flow("task", "again"),
        _flow("again", "task", f"=n &lt; {count}"),
        _flow("again", "end"),
    )


def waiting(process_id: str, *, message: str = "", duration: str = "") -> bytes:
    """Waits for a message, its correlation key is the variable `key`; or for so long."""
    event = f"<timerEventDefinition><timeDuration>{duration}</timeDuration></timerEventDefinition>"
    outside = ""
    if message:
        event = '<messageEventDefinition messageRef="message"/>'
        subscription = '<extensionElements><zeebe:subscription correlationKey="=key"/></extensionElements>'
        outside = f'<message id="message" name="{message}">{subscription}</message>'
    catch = f'<intermediateCatchEvent id="wait">{event}</intermediateCatchEvent>'
    return _process(process_id, catch, _flow("start", "wait"), _flow("wait", "end"), outside=outside)


def items(process_id: str, *, is_sequential: bool) -> bytes:
    """A task of type `<process_id>-1` for each of `items`; `result` of each is gathered, and a completion
    condition asked.
    """
    written = (
        'inputCollection="=items" inputElement="item" outputCollection="results" outputElement="=result"'
    )
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{str(is_sequential).lower()}">'
        f"<extensionElements><zeebe:loopCharacteristics {written}/></extensionElements>"
        "<completionCondition>=numberOfCompletedInstances &lt; 0</completionCondition></multiInstanceLoopCharacteristics>"
    )
    task = _service("task", f"{process_id}-1").replace("</serviceTask>", f"{loop}</serviceTask>")
    return _process(process_id, task, _flow("start", "task"), _flow("task", "end"))


def _process(process_id: str, *inside: str, outside: str = "") -> bytes:
    body = '<startEvent id="start"/>' + "".join(inside) + '<endEvent id="end"/>'
    return f'{_HEADING}{outside}<process id="{process_id}" isExecutable="true">{body}</process></definitions>'.encode()


def _service(element_id: str, job_type: str) -> str:
    definition = f'<extensionElements><zeebe:taskDefinition type="{job_type}"/></extensionElements>'
    return f'<serviceTask id="{element_id}">{definition}</serviceTask>'


def _flow(source: str, target: str, condition: str = "") -> str:
    inside = (
        f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>'
        if condition
        else ""
    )
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'
