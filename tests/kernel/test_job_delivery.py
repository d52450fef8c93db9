"""How jobs reach workers: in order, as many as asked for, no more than fit, and back when nobody was
there.
"""

from __future__ import annotations

import msgspec
import pytest

from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.job_delivery import ActivateJobs, HoldJob, ReturnJob
from counterflow.kernel.lives.jobs import UpdateJobRetries
from counterflow.kernel.rows import Job
from counterflow.kernel.vocabulary import ActivatedJob
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import element, end, model, path, service, start
from tests.kernel.bench import EPOCH_MS, ONE_TASK, Bench

HEADERS = element("zeebe:taskHeaders", element("zeebe:header", key="currency", value="EUR"))


def taken(
    bench: Bench, *, maximum: int = 10, bytes_left: int = 1_000_000, fetch: tuple[str, ...] = ()
) -> list[ActivatedJob]:
    command = ActivateJobs(
        type="pack", worker="w", timeout_ms=100, maximum=maximum, bytes_left=bytes_left, fetch_variables=fetch
    )
    jobs: list[ActivatedJob] = bench.do(command)
    return jobs


def test_a_job_carries_what_its_worker_needs() -> None:
    bench = Bench(model(start(), service("task", HEADERS, job="pack"), end(), path("start", "task", "end")))
    instance = bench.create(b="x", a=[1])
    (job,) = taken(bench)
    assert job == ActivatedJob(
        key=job.key,
        type="pack",
        process_instance_key=instance.key,
        bpmn_process_id="process",
        process_definition_version=1,
        process_definition_key=bench.state.deployed.latest["process"].key,
        element_id="task",
        element_instance_key=max(instance.elements),
        headers=b'{"currency":"EUR"}',
        worker="w",
        retries=3,
        deadline_ms=EPOCH_MS + 100,
        variables=b'{"a":[1],"b":"x"}',
    )


@pytest.mark.parametrize("maximum, count", [(0, 0), (-1, 0), (2, 2), (3, 3), (9, 3)])
def test_as_many_as_asked_for_oldest_first(maximum: int, count: int) -> None:
    bench = Bench(ONE_TASK)
    keys = [next(iter(bench.create().jobs)) for _ in range(3)]
    assert [job.key for job in taken(bench, maximum=maximum)] == keys[:count]
    assert [job.key for job in taken(bench)] == keys[count:]


def test_a_type_that_nobody_knows() -> None:
    assert taken(Bench(ONE_TASK)) == []


@pytest.mark.parametrize(
    "fetch, found",
    [((), {"a": 1, "b": 2, "c": 3}), (("b",), {"b": 2}), (("c", "a"), {"c": 3, "a": 1}), (("missing",), {})],
)
def test_only_the_variables_asked_for(fetch: tuple[str, ...], found: dict[str, int]) -> None:
    bench = Bench(ONE_TASK)
    bench.create(a=1, b=2, c=3)
    assert msgspec.json.decode(taken(bench, fetch=fetch)[0].variables) == found


def test_no_more_than_fit_but_at_least_one() -> None:
    bench = Bench(ONE_TASK)
    for _ in range(3):
        bench.create(big="x" * 1_000)
    assert len(taken(bench, bytes_left=5_000)) == 2
    assert len(taken(bench, bytes_left=10)) == 1


def test_a_job_too_large_for_any_message_is_an_incident_and_the_others_are_taken() -> None:
    bench = Bench(ONE_TASK, limits=ProcessLimits(message_bytes=2_000))
    bench.create(big="x" * 2_000)
    small = bench.create()
    assert [job.process_instance_key for job in taken(bench)] == [small.key]
    incident = bench.incident()
    assert incident.error_type == "MESSAGE_SIZE_EXCEEDED"
    assert "fetch fewer variables" in incident.message
    bench.do(UpdateJobRetries(job_key=incident.job_key, retries=1))
    bench.do(ResolveIncident(incident_key=incident.key))
    assert [job.key for job in taken(bench, fetch=("a",))] == [incident.job_key]


def test_a_long_job_type_is_counted() -> None:
    """A computed name may be as long as a variable; the client would refuse a message that is longer than it
    takes, again and again.
    """
    content = model(start(), service("task", job="= kind"), end(), path("start", "task", "end"))
    bench = Bench(content, limits=ProcessLimits(message_bytes=7_000))
    bench.create(kind="k" * 1_000)
    bench.create(kind="k" * 3_000)
    assert len(bench.activate("k" * 1_000)) == 1
    assert bench.activate("k" * 3_000) == []
    assert bench.incident().error_type == "MESSAGE_SIZE_EXCEEDED"


def test_a_job_that_no_message_can_carry_is_held_until_a_person_has_looked() -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    (job,) = taken(bench)
    assert bench.do(HoldJob(job_key=job.key, deadline_ms=job.deadline_ms)) is True
    assert taken(bench) == []
    assert bench.state.next_due() is None, "nor does its deadline bring it back"
    incident = bench.incident()
    assert (incident.error_type, incident.job_key) == ("JOB_NOT_DELIVERABLE", job.key)
    bench.do(UpdateJobRetries(job_key=job.key, retries=1))
    bench.do(ResolveIncident(incident_key=incident.key))
    assert [again.key for again in taken(bench)] == [job.key]


@pytest.mark.parametrize("late_by_ms", [1, -1])
def test_a_job_is_not_held_for_another(late_by_ms: int) -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    (job,) = taken(bench)
    assert bench.do(HoldJob(job_key=job.key, deadline_ms=job.deadline_ms + late_by_ms)) is False
    bench.complete("pack")
    assert bench.do(HoldJob(job_key=job.key, deadline_ms=job.deadline_ms)) is False


def test_a_job_handed_back_can_be_taken_by_another_with_as_many_tries() -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    (job,) = taken(bench)
    bench.state.take_ready()
    assert bench.do(ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms)) is True
    assert bench.state.newly_ready == [("pack", job.key)]
    assert bench.state.next_due() is None
    assert taken(bench)[0].retries == 3


@pytest.mark.parametrize("change", ["another deadline", "completed", "back in the queue"])
def test_a_job_is_not_handed_back_for_another(change: str) -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    (job,) = taken(bench)
    if change == "completed":
        bench.complete("pack")
    elif change == "back in the queue":
        bench.do(ReturnJob(job_key=job.key, deadline_ms=job.deadline_ms))
    deadline_ms = job.deadline_ms + (change == "another deadline")
    seen = len(bench.log)
    assert bench.do(ReturnJob(job_key=job.key, deadline_ms=deadline_ms)) is False
    assert len(bench.log) == seen


@pytest.mark.parametrize("early_ms, is_returned", [(1, False), (0, True), (-500, True)])
def test_a_deadline_passes_at_its_moment_and_not_before(early_ms: int, is_returned: bool) -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    (job,) = taken(bench)
    bench.now_ms = job.deadline_ms - early_ms
    assert bench.do(TriggerDue(table=Job, key=job.key, due_ms=job.deadline_ms)) is is_returned
    assert bench.job("pack").state == ("activatable" if is_returned else "activated")


def test_a_deadline_that_was_moved_does_not_pass() -> None:
    bench = Bench(ONE_TASK)
    bench.create()
    (job,) = taken(bench)
    bench.fail("pack", retries=2, back_off_ms=1_000)
    bench.now_ms = job.deadline_ms
    assert bench.do(TriggerDue(table=Job, key=job.key, due_ms=job.deadline_ms)) is False
    assert bench.job("pack").state == "backing_off"


def test_what_the_worker_is_given_is_what_its_task_sees() -> None:
    mapping = element("zeebe:ioMapping", element("zeebe:input", source="= a + 1", target="a"))
    bench = Bench(model(start(), service("task", mapping, job="pack"), end(), path("start", "task", "end")))
    bench.create(a=1, b=5)
    assert msgspec.json.decode(taken(bench)[0].variables) == {"a": 2, "b": 5}
