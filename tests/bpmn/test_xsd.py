"""OMG's schema as warnings."""

import subprocess
import sys

import pytest

from counterflow.bpmn.xsd import MAX_FINDINGS, OTHERWISE, schema_findings
from counterflow.documents.findings import Severity
from tests.bpmn.diagram import definitions, element, end, model, path, process, reading, service, start

MAIN = (start(), service("a"), end(), path("start", "a", "end"))


def test_a_model_in_order_leaves_nothing_to_say() -> None:
    assert schema_findings(model(*MAIN), "model.bpmn") == ()


@pytest.mark.parametrize(
    "inside, line, element_id, message",
    [
        ((element("textAnnotation", id="note"), *MAIN), 4, "start", "This element is not expected"),
        ((*MAIN, element("hologram", id="odd")), 7, "odd", "This element is not expected"),
        ((*MAIN, element("task", id="odd", colour="red")), 7, "odd", "The attribute 'colour' is not allowed"),
        ((*MAIN, element("sequenceFlow", id="loose")), 7, "loose", "The attribute 'sourceRef' is required"),
    ],
)
def test_complaints_are_warnings_with_place(
    inside: tuple[str, ...], line: int, element_id: str, message: str
) -> None:
    finding = schema_findings(model(*inside), "model.bpmn")[0]
    assert (finding.line, finding.element_id, finding.severity) == (line, element_id, Severity.WARNING)
    assert message in finding.message
    assert "{http" not in finding.message


@pytest.mark.parametrize(
    "written,accepted",
    [(b'isExecutable="true"', b'isExecutable="True"'), (b'sourceRef="a"', b'sourceRef="tns:a"')],
)
def test_spellings_that_are_accepted_leave_nothing_to_say(written: bytes, accepted: bytes) -> None:
    content = model(*MAIN)
    assert written in content
    respelled = content.replace(written, accepted).replace(
        b"<definitions ", b'<definitions xmlns:tns="https://example.org" ', 1
    )
    assert reading(respelled).processes
    assert schema_findings(respelled, "model.bpmn") == ()


@pytest.mark.parametrize("artifact", ["textAnnotation", "association", "group"])
def test_what_stands_behind_an_artifact_is_told_what_to_move(artifact: str) -> None:
    ends = {"sourceRef": "a", "targetRef": "end"} if artifact == "association" else {}
    (finding,) = schema_findings(model(element(artifact, id="note", **ends), *MAIN), "model.bpmn")
    assert finding.remedy == (
        f"Artifacts (association, text annotation, group) come after all flow elements: move {artifact} "
        "'note' to the end."
    )


def test_every_other_complaint_has_a_way_on_too() -> None:
    for odd in (element("hologram", id="odd"), element("task", id="odd", colour="red")):
        (finding,) = schema_findings(model(*MAIN, odd), "model.bpmn")
        assert finding.remedy == OTHERWISE


def test_the_order_of_artifacts_never_blocks() -> None:
    content = model(element("textAnnotation", id="note"), *MAIN)
    assert schema_findings(content, "model.bpmn")
    assert reading(content).processes


def test_a_place_without_id_is_told_by_the_nearest_one_around() -> None:
    content = model(start("start", element("colour")), end(), path("start", "end"))
    assert schema_findings(content, "model.bpmn")[0].element_id == "start"


def test_what_is_no_xml_is_left_to_the_reader() -> None:
    assert schema_findings(b"<a>", "model.bpmn") == ()


def test_there_is_an_end_to_complaints() -> None:
    wrong = (
        element("task", id=f"t{number}", **{f"colour{number}": "red"}) for number in range(MAX_FINDINGS + 10)
    )
    assert len(schema_findings(definitions(process(*wrong)), "model.bpmn")) == MAX_FINDINGS


def test_reading_a_model_loads_neither_schema_nor_spiffworkflow() -> None:
    program = "import sys, counterflow.bpmn.read; print('SpiffWorkflow' in sys.modules, 'counterflow.bpmn.xsd' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_the_same_complaint_is_told_once_a_file() -> None:
    wrong = (element("task", id=f"t{number}", colour="red") for number in range(60))
    (only,) = schema_findings(definitions(process(*wrong)), "model.bpmn")
    assert only.element_id == "t0"
    assert only.message.endswith(
        "The same goes for 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9', 't10' and 49 more."
    )
