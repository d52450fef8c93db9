"""Models that others drew for other engines: two run unchanged, one is refused with every place that needs a
new spelling.
"""

from pathlib import Path

import pytest

from counterflow.bpmn.read import read
from counterflow.model.events import ErrorDefinition
from counterflow.model.graph import Behaviour, Compensation, Dialect, JobDefinition, Process, RetryCycle
from tests.bpmn.diagram import reading

FOLDER = Path(__file__).parents[3] / "shared" / "models"


def content_of(name: str) -> bytes:
    file = FOLDER / name
    if not file.is_file():
        pytest.skip(f"expected {name} in {FOLDER}; the models of others are not part of this repository")
    return file.read_bytes()


def accepted(name: str) -> Process:
    result = read(content_of(name), name)
    assert [str(finding) for finding in result.findings] == []
    (process,) = result.processes
    return process


def test_trip_booking_runs_as_it_is() -> None:
    process = accepted("trip-booking.zeebe.bpmn")
    assert (process.id, process.dialect, process.root.start_event) == (
        "trip-booking",
        Dialect.ZEEBE,
        "StartEvent_1",
    )
    jobs = [node.work for node in process.nodes.values() if isinstance(node.work, JobDefinition)]
    assert [job.type for job in jobs] == ["lambda"] * 6
    gateways = [node for node in process.nodes.values() if node.behaviour is Behaviour.EXCLUSIVE_GATEWAY]
    assert [[flow.condition is not None for flow in gateway.outgoing] for gateway in gateways] == [
        [True, True]
    ] * 3


def test_trip_compensation_runs_as_it_is() -> None:
    process = accepted("trip-compensation.camunda7.bpmn")
    assert (process.id, process.dialect, process.version_tag) == ("trip", Dialect.CAMUNDA, "1.0.0")
    hotel = process.nodes["ServiceTask_BookHotel"]
    assert hotel.compensation == Compensation("BoundaryEvent_CompensateHotel", "ServiceTask_CancelHotel")
    assert isinstance(hotel.work, JobDefinition)
    assert (hotel.work.type, hotel.work.retries, hotel.work.retry_cycle) == (
        "lambdaInvocationDelegate",
        3,
        RetryCycle(3, 1000),
    )
    assert b'"functionName":"trip-booking-functions-dev-book-hotel"' in hotel.work.headers
    assert process.root.event_sub_processes == ("SubProcess_LambdaInvocationError",)
    assert process.nodes["ErrorEvent"].event == ErrorDefinition(
        "io.berndruecker.serverless.aws.lambda.LambdaInvocationError", "errorCode", "errorMessage"
    )
    notice = process.nodes["ServiceTask_SendBookedEvent"].work
    assert isinstance(notice, JobDefinition)
    assert (notice.type, notice.headers) == ("true", b'{"expression":"#{true}"}')


def test_the_legacy_model_is_refused_with_one_message_per_element() -> None:
    result = reading(content_of("trip-booking.zeebe-legacy.bpmn"))
    assert result.processes == ()
    assert {finding.rule for finding in result.findings} == {"legacy-syntax"}
    elements = [finding.element_id for finding in result.errors]
    tasks = [
        f"ServiceTask_{verb}{what}" for verb in ("Book", "Cancel") for what in ("Hotel", "Car", "Flight")
    ]
    flows = [
        f"SequenceFlow_{suffix}"
        for suffix in ("04ynlib", "0xxqsoc", "1kx9qqc", "0nxqach", "1hmy433", "1srwa59")
    ]
    assert sorted(elements) == sorted(tasks + flows)
    remedies = {finding.element_id: finding.remedy for finding in result.errors}
    assert remedies["SequenceFlow_04ynlib"] == "Write `= success = true`."
    assert "`= bookHotelFailure`" in remedies["ServiceTask_BookHotel"]
