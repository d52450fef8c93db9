"""The sample workers do what their models and their readers expect."""

import ast
from pathlib import Path

import pytest
from lxml import etree

from counterflow_worker import load
from counterflow_worker.testing import Completed, Failed, Thrown, feed
from tests.worker.fake_gateway import FakeGateway, activated
from tests.worker.program import running

SAMPLES = Path(__file__).parents[2] / "workers" / "samples"
OWN = SAMPLES / "trip" / "python_counterflow" / "worker.py"
PYZEEBE = SAMPLES / "trip" / "python_pyzeebe" / "worker.py"
CAMUNDA7 = SAMPLES / "trip_camunda7"
TRIP_TASKS = ["book-hotel", "cancel-hotel", "book-car", "cancel-car", "book-flight", "cancel-flight"]


def test_trip_has_the_tasks_of_the_model() -> None:
    assert list(load(OWN).tasks) == TRIP_TASKS


def test_trip_on_pyzeebe_has_the_same_tasks() -> None:
    named = [
        keyword.value.value
        for node in ast.walk(ast.parse(PYZEEBE.read_text()))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "task_type" and isinstance(keyword.value, ast.Constant)
    ]
    assert named == TRIP_TASKS


@pytest.mark.parametrize(
    "task,variables,expected",
    [
        ("book-hotel", {},                    Completed(variables_json='{"hotelReservation":"H-77"}')),
        ("book-car",   {},                    Completed(variables_json='{"carReservation":"C-77"}')),
        ("book-flight", {},                   Completed(variables_json='{"flightReservation":"F-77"}')),
        ("book-flight", {"flightFails": False}, Completed(variables_json='{"flightReservation":"F-77"}')),
        ("book-flight", {"flightFails": True},  Thrown(code="FLIGHT_UNAVAILABLE", message="no seats left")),
    ],
)  # fmt: skip
async def test_trip_books(task: str, variables: dict[str, object], expected: object) -> None:
    assert await feed(load(OWN), task, variables, process_instance_key=77) == expected


@pytest.mark.parametrize("thing,reservation", [("hotel", "H-77"), ("car", "C-77"), ("flight", "F-77")])
async def test_trip_cancels_the_reservation_it_made(
    capsys: pytest.CaptureFixture[str], thing: str, reservation: str
) -> None:
    assert await feed(load(OWN), f"cancel-{thing}", {f"{thing}Reservation": reservation}) == Completed()
    assert capsys.readouterr().out == f"{thing} {reservation} cancelled\n"


async def test_trip_cannot_cancel_what_it_does_not_know() -> None:
    outcome = await feed(load(OWN), "cancel-hotel", {})
    assert isinstance(outcome, Failed)
    assert "missing required field `hotelReservation`" in outcome.message


def test_the_trip_of_camunda_7_has_the_tasks_of_its_model() -> None:
    attributes = [
        pair for element in etree.parse(CAMUNDA7 / "trip.bpmn").iter("{*}*") for pair in element.items()
    ]
    types = {
        str(value).strip("#{}")
        for name, value in attributes
        if etree.QName(name).localname in ("delegateExpression", "class", "topic")
    }
    assert set(load(CAMUNDA7 / "worker.py").tasks) == types


@pytest.mark.parametrize(
    "task,headers,variables,expected",
    [
        ("booking", {"thing": "car"}, {}, Completed(variables_json='{"carReservation":"car-77"}')),
        ("flights", {}, {}, Completed(variables_json='{"flightReservation":"flight-77"}')),
        ("flights", {}, {"flightFails": True}, Thrown(code="NOTHING_TO_BE_HAD", message="no seats left")),
    ],
)
async def test_the_trip_of_camunda_7_is_booked(
    task: str, headers: dict[str, str], variables: dict[str, object], expected: object
) -> None:
    assert (
        await feed(load(CAMUNDA7 / "worker.py"), task, variables, headers=headers, process_instance_key=77)
        == expected
    )


@pytest.mark.parametrize("sample", [OWN, PYZEEBE], ids=["counterflow", "pyzeebe"])
async def test_trip_runs_as_a_script_and_answers_the_same_on_either_client(
    gateway: FakeGateway, sample: Path
) -> None:
    await gateway.add_jobs(
        activated(1, "book-hotel", processInstanceKey=77),
        activated(2, "book-flight", {"flightFails": True}),
        activated(3, "cancel-car", {"carReservation": "C-77"}),
    )
    async with running("-u", str(sample), ZEEBE_ADDRESS=gateway.address) as script:
        thrown = await gateway.called("ThrowError")
        await gateway.called("CompleteJob", times=2)
        script.terminate()
        printed, _ = await script.communicate()

    assert {call.jobKey: call.variables.replace(" ", "") for call in gateway.calls["CompleteJob"]} == {
        1: '{"hotelReservation":"H-77"}',
        3: "{}",
    }
    assert (thrown.jobKey, thrown.errorCode) == (2, "FLIGHT_UNAVAILABLE")
    assert printed.decode() == "car C-77 cancelled\n"
