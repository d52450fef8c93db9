"""The sample workers do what their models and their readers expect."""

import ast
import asyncio
import os
import sys
from pathlib import Path

import pytest

from counterflow_worker import load
from counterflow_worker.testing import Completed, Failed, Thrown, feed
from tests.worker.fake_gateway import FakeGateway, activated

SAMPLES = Path(__file__).parents[2] / "workers" / "samples"
OWN = SAMPLES / "trip" / "python_counterflow" / "worker.py"
PYZEEBE = SAMPLES / "trip" / "python_pyzeebe" / "worker.py"
TRIP_TASKS = ["book-hotel", "cancel-hotel", "book-car", "cancel-car", "book-flight", "cancel-flight"]
FUNCTION = "trip-booking-functions-dev-"
ERROR_CODE = "io.berndruecker.serverless.aws.lambda.LambdaInvocationError"


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
async def test_trip_cancels_the_reservation_it_made(capsys: pytest.CaptureFixture[str], thing: str, reservation: str) -> None:
    assert await feed(load(OWN), f"cancel-{thing}", {f"{thing}Reservation": reservation}) == Completed()
    assert capsys.readouterr().out == f"{thing} {reservation} cancelled\n"


async def test_trip_cannot_cancel_what_it_does_not_know() -> None:
    outcome = await feed(load(OWN), "cancel-hotel", {})
    assert isinstance(outcome, Failed)
    assert "missing required field `hotelReservation`" in outcome.message


@pytest.mark.parametrize(
    "function,result,variables,expected",
    [
        ("book-hotel",  "bookHotelResult",  {"bookHotelFailure": "false"}, '{"bookHotelResult":{"success":true,"reservation":"hotel-77"}}'),
        ("book-flight", "result",           {"bookFlightFailure": "true"}, '{"result":{"success":false,"reason":"no flight to be had"}}'),
        ("book-car",    "bookCarResult",    {"bookFlightFailure": "true"}, '{"bookCarResult":{"success":true,"reservation":"car-77"}}'),
        ("cancel-car",  None,               {"bookCarFailure": "true"},    "{}"),
    ],
)  # fmt: skip
async def test_trip_booking_answers_as_its_cloud_functions(
    function: str, result: str | None, variables: dict[str, str], expected: str
) -> None:
    headers = {"functionName": FUNCTION + function, **({"resultName": result} if result else {})}
    outcome = await feed(load(SAMPLES / "trip_booking" / "worker.py"), "lambda", variables, headers=headers, process_instance_key=77)
    assert outcome == Completed(variables_json=expected)


@pytest.mark.parametrize(
    "function,invocation_error,variables,expected",
    [
        ("book-hotel",    "true", {"bookHotelFailure": "false"}, Completed(variables_json='{"hotelReservation":"hotel-77"}')),
        ("book-flight",   "true", {"bookFlightFailure": "true"}, Thrown(code=ERROR_CODE, message="no flight to be had")),
        ("book-flight",   "",     {"bookFlightFailure": "true"}, "no flight to be had"),
        ("cancel-flight", "",     {"bookFlightFailure": "true"}, Completed()),
    ],
)  # fmt: skip
async def test_trip_compensation_answers_as_its_java_delegate(
    function: str, invocation_error: str, variables: dict[str, str], expected: object
) -> None:
    worker = load(SAMPLES / "trip_compensation" / "worker.py")
    headers = {"functionName": FUNCTION + function, "invocationError": invocation_error}
    outcome = await feed(worker, "lambdaInvocationDelegate", variables, headers=headers, process_instance_key=77)
    assert (outcome.message if isinstance(outcome, Failed) else outcome) == expected


async def test_trip_compensation_sends_its_notices(capsys: pytest.CaptureFixture[str]) -> None:
    worker = load(SAMPLES / "trip_compensation" / "worker.py")
    assert list(worker.tasks) == ["lambdaInvocationDelegate", "true"]
    assert await feed(worker, "true", {}, headers={"expression": "#{true}"}, process_instance_key=77) == Completed()
    assert capsys.readouterr().out == "task of trip 77\n"


@pytest.mark.parametrize("sample", [OWN, PYZEEBE], ids=["counterflow", "pyzeebe"])
async def test_trip_runs_as_a_script_and_answers_the_same_on_either_client(gateway: FakeGateway, sample: Path) -> None:
    await gateway.add_jobs(
        activated(1, "book-hotel", processInstanceKey=77),
        activated(2, "book-flight", {"flightFails": True}),
        activated(3, "cancel-car", {"carReservation": "C-77"}),
    )
    script = await asyncio.create_subprocess_exec(
        sys.executable, "-u", str(sample), env={**os.environ, "ZEEBE_ADDRESS": gateway.address}, stdout=asyncio.subprocess.PIPE
    )
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
