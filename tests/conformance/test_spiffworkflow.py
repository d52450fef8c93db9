"""SpiffWorkflow (LGPL, in Python, for models of the standard) as a second opinion: it is given each behaviour that
it can run, and after each line the same tasks must be open in both.

Its tasks wait for somebody, so that jobs are its manual tasks; conditions are Python there. What it does not
know (event sub-processes by its own words, compensation, ad-hoc, mappings) is not asked, and a script only if
it begins one instance and completes jobs.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from counterflow.bpmn.xml import BPMN
from counterflow.kernel.rows import Job, UserTask
from counterflow.testing import Engine
from tests.behaviours.script import Line, Script, diagram_of, play, read_script
from tests.conformance.oracle.ask import scripts

WORK: Final = ("serviceTask", "sendTask", "userTask", "businessRuleTask")
PASSED: Final = ("task", "manualTask")
ALIKE: Final = frozenset({
    *WORK, *PASSED, "definitions", "process", "subProcess", "startEvent", "endEvent", "terminateEventDefinition",
    "sequenceFlow", "conditionExpression", "incoming", "outgoing", "documentation",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway",
})  # fmt: skip
"""What both run, and mean the same by."""
SAYS_MORE: Final = ("Listener", "ioMapping", "inputOutput", "calledDecision", "field")
"""Extensions with which a task is more than work."""
PYTHON: Final = (
    (r"(?<![<>!=])=(?!=)", "=="),
    (r"\btrue\b", "True"),
    (r"\bfalse\b", "False"),
    (r"\bnull\b", "None"),
)


NOT_ALIKE: Final = {
    "starts/standard-condition": "it does not ask a condition on a flow out of a start event; BPMN (10.5.2) "
    "has conditional flows out of any activity, and Camunda 7 asks them there as well",
}
"""What it runs otherwise, and why we do not."""


def _twin(content: bytes) -> etree._Element | None:
    """The diagram as SpiffWorkflow reads it; None where there is more in it than both run."""
    root = etree.fromstring(content)
    for drawing in [child for child in root if etree.QName(child).namespace != BPMN]:
        root.remove(drawing)
    for extensions in list(root.iter(f"{{{BPMN}}}extensionElements")):
        if any(word in etree.QName(found).localname for found in extensions for word in SAYS_MORE):
            return None
        extensions.getparent().remove(extensions)  # type: ignore[union-attr]  # it is inside something
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        if name not in ALIKE or element.get("triggeredByEvent") or element.get("isForCompensation"):
            return None
        if name in WORK:
            element.tag = f"{{{BPMN}}}manualTask"
        elif name in PASSED:
            element.tag = f"{{{BPMN}}}scriptTask"
            etree.SubElement(element, f"{{{BPMN}}}script").text = "pass"
    for condition in root.iter(f"{{{BPMN}}}conditionExpression"):
        text = (condition.text or "").strip().lstrip("=").strip("${}")
        for feel, python in PYTHON:
            text = re.sub(feel, python, text)
        condition.text = text
    return root


def _is_alike(script: Script) -> bool:
    first, *others = script.lines
    return (
        not script.beside
        and first.verb == "start"
        and not any(first.words)
        and all(line.verb in {"complete", "do"} and not line.is_refused for line in others)
    )


def _workflow(root: etree._Element) -> Any:
    """An instance of the first process. Raises `ValidationException` where it does not take the diagram."""
    parser, (process_id, *_) = BpmnParser(), [found.get("id") for found in root.iter(f"{{{BPMN}}}process")]
    parser.add_bpmn_xml(root.getroottree(), filename="model.bpmn")
    return BpmnWorkflow(parser.get_spec(process_id), parser.get_subprocess_specs(process_id))


def _found() -> dict[str, tuple[Path, Any]]:
    cases = {}
    for name, path in scripts().items():
        root = _twin(diagram_of(path).read_bytes()) if _is_alike(read_script(path.read_text())) else None
        try:
            workflow = _workflow(root) if root is not None else None
        except ValidationException:
            continue
        if workflow is not None:
            cases[name] = (path, workflow)
    return cases


CASES = _found()
FEWEST = 30
"""Fewer would say that they are no longer found."""


def _open(workflow: Any) -> list[Any]:
    return [task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]


def _worked_on(engine: Engine, line: Line) -> str:
    """The element that a line is about, which may name it by the type of its job."""
    name, rows = line.words[0].partition("/")[0] if line.words else "", engine.store.scan(Job, {})
    return next((job.element_id for job in rows if name in {job.type, job.element_id}), name)


def _step(workflow: Any, line: Line, element_id: str) -> None:
    if line.verb == "start":
        (first,) = workflow.get_tasks(state=TaskState.READY)
        first.data.update(line.document)
    else:
        task = next(task for task in _open(workflow) if task.task_spec.bpmn_id == element_id)
        task.data.update(line.document)
        task.run()
    workflow.do_engine_steps()


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_ALIKE])
def test_the_same_tasks_are_open_after_each_line(name: str) -> None:
    path, workflow = CASES[name]
    engine = Engine()
    engine.deploy_contents({"model.bpmn": diagram_of(path).read_bytes()})
    for line in read_script(path.read_text()).lines:
        element_id = _worked_on(engine, line)
        play(engine, line, path.parent)
        _step(workflow, line, element_id)
        scan = engine.store.scan
        open_there = [row.element_id for row in scan(Job, {})] + [
            row.element_id for row in scan(UserTask, {})
        ]
        ours = Counter(open_there)
        theirs = Counter(task.task_spec.bpmn_id for task in _open(workflow))
        assert ours == theirs, line.text
        assert workflow.is_completed() is not any(ours.values()), line.text


def test_it_is_asked_of_many() -> None:
    assert len(CASES) >= FEWEST
    assert NOT_ALIKE.keys() <= CASES.keys()
