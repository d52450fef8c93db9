"""SpiffWorkflow doing the same process in memory, its state serialized after each command as a durable use of
it would.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.benchmarks.figures import Figure, Result
from tests.benchmarks.options import Options

SHARE = 60
"""Instances of a run, per second that a run may take."""
MANUAL_TASKS = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="spiff" targetNamespace="https://example.org">'
    '<process id="row" isExecutable="true"><startEvent id="start"/>'
    '<manualTask id="one"/><manualTask id="two"/><manualTask id="three"/><endEvent id="end"/>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="one"/><sequenceFlow id="b" sourceRef="one" targetRef="two"/>'
    '<sequenceFlow id="c" sourceRef="two" targetRef="three"/><sequenceFlow id="d" sourceRef="three" targetRef="end"/>'
    "</process></definitions>"
)


def spiff(options: Options) -> Iterator[Result]:
    """Three-task instances a second, without network or database."""
    specification = _specification()
    rates = []
    for run in range(options.runs):
        options.say(f"SpiffWorkflow, run {run + 1} of {options.runs}")
        count = int(options.seconds * SHARE)
        began = time.perf_counter()
        for _ in range(count):
            _run_instance(specification)
        rates.append(count / (time.perf_counter() - began))
    yield Figure(
        "SpiffWorkflow in memory with its serializer, instances/s",
        rates,
        "a second",
        "loop in memory, instances/s",
    )


def _specification() -> Any:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(MANUAL_TASKS.encode())), filename="row.bpmn")
    return parser.get_spec("row")


def _run_instance(specification: Any) -> None:
    serializer = BpmnWorkflowSerializer()
    workflow = BpmnWorkflow(specification)
    workflow.do_engine_steps()
    serializer.serialize_json(workflow)
    while (task := workflow.get_next_task(state=TaskState.READY, manual=True)) is not None:
        task.data["x"] = 1
        task.run()
        workflow.do_engine_steps()
        serializer.serialize_json(workflow)
