"""Whatever number stands in a model, or comes of an expression in it: refused, or an incident, or run; nobody
else notices.

Every attribute that is a whole number, with values at and beyond the borders of what a column and a message
hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import grpc
import pytest

from counterflow_wire import counterflow_v1, gateway
from tests.bpmn.diagram import catch, element, end, extensions, model, path, reading, start, timer
from tests.edge.served import Served, refused

ZEEBE_USER_TASK = "io.camunda.zeebe:userTask"
WRITTEN = ("0", "-1", str(2**31), str(2**63), str(10**20), "9" * 5_000, "many")
GIVEN = (0, -1, 2**31, 2**63, 10**20, 1e300, 2.5, "many", None, True, [1])


def around(task: str) -> bytes:
    return model(start(), task, end(), path("start", "a", "end"))


def zeebe_task(**attributes: str) -> bytes:
    return around(
        element("serviceTask", extensions(element("zeebe:taskDefinition", type="work", **attributes)), id="a")
    )


def camunda_task(*inside: str, **attributes: str) -> bytes:
    return around(
        element("serviceTask", *inside, id="a", camunda__type="external", camunda__topic="work", **attributes)
    )


def retried(cycle: str) -> bytes:
    return camunda_task(extensions(element("camunda:failedJobRetryTimeCycle", cycle)))


def looped(cardinality: str) -> bytes:
    return camunda_task(element("multiInstanceLoopCharacteristics", element("loopCardinality", cardinality)))


def decided(version: str) -> bytes:
    return around(
        element(
            "businessRuleTask",
            id="a",
            camunda__decisionRef="d",
            camunda__resultVariable="r",
            camunda__decisionRefBinding="version",
            camunda__decisionRefVersion=version,
        )
    )


ATTRIBUTES: dict[str, Callable[[str], bytes]] = {
    "retries": lambda number: zeebe_task(retries=number),
    "priority, zeebe": lambda number: around(element("userTask", extensions(element("zeebe:priorityDefinition", priority=number)), id="a")),
    "priority, camunda": lambda number: around(element("userTask", id="a", camunda__priority=number)),
    "job priority": lambda number: camunda_task(camunda__jobPriority=number, camunda__taskPriority=number),
    "tries of a cycle": lambda number: retried(f"R{number}/PT1S"),
    "weeks of a cycle": lambda number: retried(f"R3/P{number}W"),
    "seconds of a cycle": lambda number: retried(f"R3/PT{number}S"),
    "loop cardinality": looped,
    "version of a decision": decided,
    "start quantity": lambda number: camunda_task(startQuantity=number),
    "completion quantity": lambda number: camunda_task(completionQuantity=number),
    "times of a timer": lambda number: model(
        start(), element("userTask", id="a"), end(), path("start", "a", "end"),
        element("boundaryEvent", timer("timeCycle", f"R{number}/PT1H"), id="b", attachedToRef="a", cancelActivity="false"),
    ),
    "seconds of a timer": lambda number: around(catch("a", timer("timeDuration", f"PT{number}S"))),
    "years of a timer": lambda number: around(catch("a", timer("timeDuration", f"P{number}Y"))),
    "year of a timer": lambda number: around(catch("a", timer("timeDate", f"{number}-01-01T00:00:00Z"))),
}  # fmt: skip
EXPRESSIONS: dict[str, bytes] = {
    "retries": zeebe_task(retries="= n"),
    "priority, zeebe": ATTRIBUTES["priority, zeebe"]("= n"),
    "priority, camunda": ATTRIBUTES["priority, camunda"]("${n}"),
    "loop cardinality": looped("${n}"),
    "version of a decision": decided("${n}"),
    "job type": around(
        element("serviceTask", extensions(element("zeebe:taskDefinition", type="= n")), id="a")
    ),
    "seconds of a timer": around(catch("a", timer("timeDuration", '= duration("PT" + string(n) + "S")'))),
    "years of a timer": around(catch("a", timer("timeDuration", '= "P" + string(n) + "Y"'))),
    "moment of a timer": around(catch("a", timer("timeDate", '= now() + duration("P" + string(n) + "Y")'))),
    "times of a timer": ATTRIBUTES["times of a timer"]("X").replace(
        b"RX/PT1H", b'= "R" + string(n) + "/PT1H"'
    ),
}


async def goes_on(served: Served, instances: set[int]) -> None:
    """Work of the same types is given out, whatever is there, and no instance is set aside."""
    await served.deploy()
    other = await served.create()
    jobs = await served.poll("work", maxJobsToActivate=100)
    users = await served.poll(maxJobsToActivate=100)
    assert other in {job.processInstanceKey for job in jobs}
    assert {job.processInstanceKey for job in [*jobs, *users]} <= instances | {other}
    for job in [*jobs, *users]:
        await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=1))
    assert (
        list(
            (await served.reading.GetQuarantine(counterflow_v1.GetQuarantineRequest())).quarantined_instances
        )
        == []
    )
    for key in instances:
        await served.instance(key)


@pytest.mark.parametrize("written", WRITTEN, ids=lambda text: text[:12])
@pytest.mark.parametrize("attribute", ATTRIBUTES)
async def test_a_number_that_is_written_down_is_refused_or_carried_out(
    served: Served, attribute: str, written: str
) -> None:
    content = ATTRIBUTES[attribute](written)
    refusals = reading(content).errors
    if not refusals:
        await served.deploy(content, "number.bpmn")
        await goes_on(served, {await served.create("process")})
        return
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, *map(str, refusals)):
        await served.deploy(content, "number.bpmn")
    assert {refusal.element_id for refusal in refusals} <= {"a", "b"}
    await goes_on(served, set())


@pytest.mark.parametrize("given", GIVEN, ids=str)
@pytest.mark.parametrize("place", EXPRESSIONS)
async def test_a_number_that_an_expression_gives_is_an_incident_or_carried_out(
    served: Served, place: str, given: object
) -> None:
    await served.deploy(EXPRESSIONS[place], "number.bpmn")
    await goes_on(served, {await served.create("process", json.dumps({"n": given}))})


@pytest.mark.parametrize("given", [-1, 0, 2**31, 2**63, 10**20, 1e300, 2.5, "3", None, True])
async def test_retries_beyond_what_the_wire_carries_are_an_incident(served: Served, given: object) -> None:
    await served.deploy(EXPRESSIONS["retries"], "number.bpmn")
    key = await served.create("process", json.dumps({"n": given}))
    incident = await served.incident_of(key)
    assert incident.error_type == "EXTRACT_VALUE_ERROR"
    assert "a whole number from 1 to 2147483647" in incident.message


async def test_a_job_without_tries_is_given_out_and_its_first_failure_is_an_incident(served: Served) -> None:
    await served.deploy(zeebe_task(retries="0"), "number.bpmn")
    key = await served.create("process")
    (job,) = await served.poll("work")
    assert job.retries == 0
    await served.stub.FailJob(gateway.FailJobRequest(jobKey=job.key, retries=-1, errorMessage="no paper"))
    assert (await served.incident_of(key)).message == "no paper"


@pytest.mark.parametrize(
    "attribute, written",
    [
        ("retries", str(2**31)),
        ("retries", str(10**20)),
        ("tries of a cycle", "3000000000"),
        ("seconds of a cycle", "9" * 18),
        ("loop cardinality", str(2**31)),
        ("version of a decision", str(10**20)),
    ],
)
async def test_what_can_never_be_carried_out_is_refused_at_once(
    served: Served, attribute: str, written: str
) -> None:
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, written):
        await served.deploy(ATTRIBUTES[attribute](written), "number.bpmn")
