"""Work that goes on in pages: what others may do between them, and that nothing is lost, doubled or done too late.

Every behaviour comes to the same in pages of one to five events (`tests/behaviours`).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from counterflow import kernel
from counterflow.kernel.course.moves import ElementActivated, ElementTerminated
from counterflow.kernel.lives.correlation import PublishMessage
from counterflow.kernel.lives.due import TriggerDue
from counterflow.kernel.lives.instances import CancelProcessInstance, CreateProcessInstance
from counterflow.kernel.lives.job_delivery import ActivateJobs
from counterflow.kernel.lives.jobs import CompleteJob, ThrowError
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance, RowsAbandoned
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import (
    INSTANCE_TABLES,
    ElementInstance,
    Incident,
    Job,
    LoopItems,
    Partition,
    ProcessInstance,
    Repetition,
    Timer,
)
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import CacheLimits, EmptySource
from counterflow.kernel.unfinished import Errand, Sweep, Undertaking
from counterflow.kernel.vocabulary import Command, Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.kernel.work.pages import GoOn, next_undertaking
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    element,
    end,
    extensions,
    gateway,
    model,
    path,
    service,
    start,
    timer,
)
from tests.bpmn.loops import gathering, loop
from tests.kernel.bench import Bench, document, snapshot

MANY = 12
PAGES = ProcessLimits(page_events=8)


def task(*marks: str, job: str = "work", name: str = "work") -> str:
    return element("serviceTask", extensions(element("zeebe:taskDefinition", type=job)), *marks, id=name)


def looped(mark: str) -> bytes:
    return model(start(), task(mark), end(), path("start", "work", "end"))


INSIDE = model(
    start(),
    element(
        "subProcess",
        *(start("s"), gateway("fork", "parallel"), task(loop()), service("fails", job="fails")),
        *(path("s", "fork", "work"), path("fork", "fails")),
        id="inside",
    ),
    boundary("caught", "inside", catch_error("A")),
    service("after", job="after"),
    *(path("start", "inside"), path("caught", "after")),
)
"""start → inside (many jobs, and one that fails) → after, on its error"""


class PageByPage(Bench):
    """A bench on which every page is turned by hand."""

    def do(self, command: Command) -> Any:
        return self.page(command)

    def turn(self) -> bool:
        """One more page, of what is first; whether there was one."""
        undertaking = next_undertaking(self.state)
        return bool(undertaking) and self.page(GoOn(undertaking_key=undertaking))

    def turn_all(self) -> int:
        """All pages; how many there were."""
        count = 0
        while self.turn():
            count += 1
        return count

    def told(self, command: Command) -> str:
        """With which rejection a command is refused."""
        with pytest.raises(Rejection) as refused:
            self.page(command)
        return str(refused.value.type)


def many(
    content: bytes, *, limits: ProcessLimits = PAGES, count: int = MANY
) -> tuple[PageByPage, InstanceState]:
    bench = PageByPage(content, limits=limits)
    return bench, bench.create(items=list(range(count)))


def is_clean(bench: Bench) -> bool:
    """Nothing is left of pages."""
    return (
        not any(bench.state.shared[table] for table in (Undertaking, Errand))
        and not bench.state.indexed[Sweep]
    )


def jobs_of(bench: Bench, job_type: str = "work") -> list[Job]:
    return [row for row in bench.rows(Job) if row.type == job_type]


def test_no_page_does_much_more_than_it_may_and_all_is_done() -> None:
    bench, _ = many(looped(loop()))
    assert bench.turn_all() > 4
    assert len(jobs_of(bench)) == MANY
    assert max(entry.event_count for entry in bench.log) < 2 * PAGES.page_events
    assert is_clean(bench)


def test_who_is_there_already_works_while_the_others_are_still_to_begin() -> None:
    bench, instance = many(
        looped(gathering(until="numberOfCompletedInstances = 2 and numberOfActiveInstances = 10"))
    )
    while not jobs_of(bench):
        assert bench.turn()
    for _ in range(2):
        while not jobs_of(bench):
            assert bench.turn()
        (job, *_) = jobs_of(bench)
        bench.do(CompleteJob(job_key=job.key, variables=document(result="done")))
    assert bench.turn_all()
    assert (instance.elements, is_clean(bench)) == ({}, True)
    begun = sum(isinstance(event, ElementActivated) for event in bench.events())
    assert begun < MANY, "what had not begun when the condition held never does"


def test_all_are_active_from_the_beginning_for_the_completion_condition() -> None:
    bench, instance = many(looped(loop(until=f"numberOfActiveInstances = {MANY - 2}")))
    while not jobs_of(bench):
        assert bench.turn()
    bench.complete("work")
    assert bench.rows(Repetition)[0].completed == 1
    bench.turn_all()
    assert len(jobs_of(bench)) == MANY - 1
    bench.complete("work")
    bench.turn_all()
    assert instance.elements == {}


def test_items_are_let_go_when_all_have_begun_and_results_in_their_order() -> None:
    bench, _ = many(looped(gathering()))
    while not bench.rows(LoopItems):
        assert bench.turn()
    bench.turn_all()
    assert not bench.rows(LoopItems)
    for number in reversed(range(MANY)):
        bench.do(CompleteJob(job_key=jobs_of(bench)[-1].key, variables=document(result=number)))
    bench.turn_all()
    (ended,) = bench.ended
    assert ended.variables["results"] == str(list(range(MANY))).replace(" ", "").encode()
    assert is_clean(bench)


def test_cancelled_while_many_begin_none_begins_any_more() -> None:
    bench, instance = many(looped(loop()))
    bench.turn()
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    begun = len(bench.rows(Job))
    bench.turn_all()
    assert begun < MANY
    assert (instance.elements, bench.rows(Job), is_clean(bench)) == ({}, [], True)
    assert [end.state for end in bench.ended] == ["terminated"]


def half_swept(content: bytes = INSIDE, **variables: Any) -> tuple[PageByPage, InstanceState]:
    """An instance whose many elements wait, and which is being swept away since a page."""
    bench = PageByPage(content, limits=PAGES)
    instance = bench.create(items=list(range(MANY)), **variables)
    bench.turn_all()
    bench.throw_error("fails", "A")
    assert bench.state.indexed[Sweep]
    return bench, instance


def test_what_waits_for_the_end_of_a_sweep_goes_on_after_it() -> None:
    bench, _ = half_swept()
    while jobs_of(bench):
        assert not jobs_of(bench, "after")
        assert bench.turn()
    bench.turn_all()
    assert len(jobs_of(bench, "after")) == 1
    assert is_clean(bench)
    swept = Counter(type(event).__name__ for event in bench.events() if isinstance(event, ElementTerminated))
    assert swept["ElementTerminated"] == MANY + 3, (
        "the instances, their body, the task that failed, and what was around"
    )


def test_what_is_being_swept_away_is_gone_for_everybody() -> None:
    bench, instance = half_swept()
    job = jobs_of(bench)[-1]
    assert bench.told(CompleteJob(job_key=job.key, variables={})) == "NOT_FOUND"
    assert bench.told(ThrowError(job_key=job.key, error_code="A", variables={})) == "NOT_FOUND"
    inside = SetVariables(element_instance_key=job.element_instance_key, variables=document(a=1), local=True)
    assert bench.told(inside) == "NOT_FOUND"
    assert bench.activate("work") == []
    assert bench.told(CompleteJob(job_key=job.key, variables={})) == "NOT_FOUND"
    bench.do(SetVariables(element_instance_key=instance.key, variables=document(a=1)))
    bench.turn_all()
    bench.complete("after")
    assert is_clean(bench)


def test_a_second_cancel_finds_nothing_while_the_first_goes_on() -> None:
    bench, instance = many(looped(loop()))
    bench.turn_all()
    cancel = CancelProcessInstance(process_instance_key=instance.key)
    bench.do(cancel)
    assert bench.told(cancel) == "NOT_FOUND"
    bench.turn_all()
    assert bench.told(cancel) == "NOT_FOUND"
    assert len(bench.ended) == 1


def test_cancelled_while_a_part_of_it_is_swept_both_come_to_their_end() -> None:
    bench, instance = half_swept()
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    bench.turn_all()
    assert (instance.elements, is_clean(bench), len(bench.ended)) == ({}, True, 1)
    assert not jobs_of(bench, "after")


def test_what_is_due_in_what_is_swept_does_not_come() -> None:
    clock = catch("clock", timer("timeDuration", "PT1S")) + service("late", job="late")
    content = INSIDE.replace(
        b"</subProcess>", (clock + path("fork", "clock", "late") + "</subProcess>").encode()
    )
    bench, _ = half_swept(content)
    (due,) = bench.rows(Timer)
    bench.now_ms += 10_000
    assert bench.do(TriggerDue(table=Timer, key=due.key, due_ms=due.due_ms))
    assert not bench.rows(Timer)
    bench.turn_all()
    assert not jobs_of(bench, "late")
    assert is_clean(bench)


CALLED = model(
    start(), service("task", job="called"), end(), path("start", "task", "end"), process_id="called"
)
CALLING = INSIDE.replace(
    task(loop()).encode(),
    element(
        "callActivity", extensions(element("zeebe:calledElement", processId="called")), loop(), id="work"
    ).encode(),
)


def test_what_was_called_from_what_is_swept_is_gone_too() -> None:
    bench = PageByPage(CALLED, CALLING, limits=PAGES)
    bench.create(items=list(range(MANY)))
    bench.turn_all()
    assert len(jobs_of(bench, "called")) == MANY
    bench.throw_error("fails", "A")
    job = jobs_of(bench, "called")[-1]
    assert bench.told(CompleteJob(job_key=job.key, variables={})) == "NOT_FOUND"
    bench.turn_all()
    assert not jobs_of(bench, "called")
    assert len(bench.ended) == MANY
    assert is_clean(bench)


def test_set_aside_between_pages_it_goes_on_when_it_is_released() -> None:
    bench, instance = many(looped(loop()))
    bench.turn()
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="to be looked into"))
    begun = len(jobs_of(bench))
    bench.turn_all()
    assert len(jobs_of(bench)) == begun
    assert bench.state.shared[Undertaking]
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    bench.turn_all()
    assert len(jobs_of(bench)) == MANY
    assert is_clean(bench)


def test_set_aside_between_pages_no_message_reaches_it_before_it_is_released() -> None:
    content = model(
        start(),
        gateway("fork", "parallel"),
        task(loop()),
        catch("hears", catch_message("order")),
        service("heard", job="heard"),
        path("start", "fork", "work"),
        path("fork", "hears", "heard"),
    )
    bench = PageByPage(content, limits=PAGES)
    message = bench.publish("order", "k", live_ms=60_000)
    instance = bench.create(items=list(range(MANY)), key="k")
    while not instance.subscriptions:
        assert bench.turn()
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="to be looked into"))
    bench.turn_all()
    assert instance.subscriptions
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    bench.turn_all()
    assert not instance.subscriptions, f"message {message} has come"
    assert len(jobs_of(bench, "heard")) == 1
    assert is_clean(bench)


def test_set_aside_while_it_is_cancelled_it_ends_where_it_stands() -> None:
    bench, instance = many(looped(loop()))
    bench.turn_all()
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="to be looked into"))
    bench.turn_all()
    assert (instance.elements, is_clean(bench), len(bench.ended)) == ({}, True, 1)


def test_set_aside_and_cancelled_it_goes_in_pages_and_is_not_released_meanwhile() -> None:
    bench, instance = many(looped(loop()))
    bench.turn_all()
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="to be looked into"))
    bench.do(CancelProcessInstance(process_instance_key=instance.key))
    assert bench.rows(ElementInstance)
    assert not bench.ended
    assert bench.told(ReleaseInstance(process_instance_key=instance.key)) == "INVALID_STATE"
    assert bench.turn_all() > 2
    assert not any(bench.rows(table) for table in INSTANCE_TABLES if table is not ProcessInstance)
    assert ([end.state for end in bench.ended], is_clean(bench)) == (["terminated"], True)
    assert max(len(found.places) for found in bench.events() if isinstance(found, RowsAbandoned)) == 2
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, bench.log)
    assert snapshot(replayed)["shared"] == snapshot(bench.state)["shared"]


def test_an_instance_whose_work_goes_on_is_not_put_away() -> None:
    bench, instance = many(looped(loop()))
    bench.turn()
    bench.state.seal()
    bench.state.release(bench.state.batch, CacheLimits(instances=0, instance_bytes=0))
    assert list(bench.state.instances) == [instance.key]
    bench.turn_all()
    bench.state.seal()
    bench.state.release(bench.state.batch, CacheLimits(instances=0, instance_bytes=instance.weight * 3))
    assert not bench.state.instances


def test_one_large_instance_stays_in_memory_beside_what_there_is_room_for() -> None:
    bench = PageByPage(looped(loop()), limits=PAGES)
    instances = [bench.create(items=list(range(count))) for count in (MANY, MANY, 1, 1, 1)]
    bench.turn_all()
    bench.state.seal()
    room = CacheLimits(instance_bytes=instances[0].weight * 3 // 2)
    for used in (instances[0], *instances[2:]):
        bench.state.instance(used.key)
    bench.state.release(bench.state.batch, room)
    assert [found for found in instances if found.key in bench.state.instances] == [
        instances[0],
        *instances[2:],
    ]


def test_undertakings_take_turns() -> None:
    bench = PageByPage(looped(loop()), limits=PAGES)
    instances = [bench.create(items=list(range(MANY))) for _ in range(3)]
    last, turned = 0, []
    while last := next_undertaking(bench.state, last):
        turned.append(last)
        bench.page(GoOn(undertaking_key=last))
    assert turned[:6] == [*turned[:3], *turned[:3]]
    assert [len(instance.jobs) for instance in instances] == [MANY] * 3


def test_a_loop_in_small_pages_is_held_up_after_as_many_steps() -> None:
    turn = element("task", id="turn")
    endless = model(start(), gateway("again"), turn, path("start", "again", "turn", "again"))
    bench = Bench(endless, limits=ProcessLimits(steps=50, page_events=5))
    bench.create()
    entered = sum(isinstance(event, ElementActivated) for event in bench.events())
    assert entered == 50 + 4
    assert bench.incident().error_type == "STEP_LIMIT_EXCEEDED"


def test_an_instance_has_no_more_elements_than_it_may() -> None:
    nested = model(
        start(),
        element("subProcess", start("s"), task(loop()), path("s", "work"), loop(), id="around"),
        path("start", "around"),
    )
    bench = Bench(nested, limits=PAGES._replace(instance_elements=100))
    instance = bench.create(items=list(range(20)))
    assert len(instance.elements) <= 102
    incidents = bench.rows(Incident)
    assert {row.error_type for row in incidents} == {"STEP_LIMIT_EXCEEDED"}
    assert "at most 100 element instances" in incidents[0].message
    while jobs_of(bench):
        bench.complete("work")
    bench.do(ResolveIncident(incident_key=bench.rows(Incident)[0].key))
    assert jobs_of(bench)


def test_a_message_that_is_on_its_way_is_kept_until_it_has_come_to_all() -> None:
    def hearing(process_id: str) -> bytes:
        return model(
            start(),
            catch("hears", catch_message("order")),
            element("task", id="turn"),
            service("after", job="after"),
            path("start", "hears", "turn", "after"),
            process_id=process_id,
        )

    names = ["a", "b", "c"]
    bench = PageByPage(*(hearing(name) for name in names), limits=ProcessLimits(page_events=2))
    for name in names:
        bench.create(name, key="k")
        bench.turn_all()
    message = bench.do(PublishMessage(name="order", correlation_key="k", variables={}))
    due = bench.state.due.first()
    assert due is not None
    assert due.key == message
    assert not bench.do(TriggerDue(table=due.table, key=due.key, due_ms=due.due_ms))
    bench.turn_all()
    assert len(jobs_of(bench, "after")) == 3
    assert is_clean(bench)


@pytest.mark.parametrize("content", [INSIDE, CALLING], ids=["jobs", "calls"])
def test_replayed_after_each_page_it_is_the_same(content: bytes) -> None:
    bench = PageByPage(CALLED, content, limits=PAGES)
    bench.create(items=list(range(MANY)))
    replayed = State(EmptySource(), Partition(1, 0, 0))
    done = 0
    thrown = False
    while bench.turn() or not thrown:
        if not next_undertaking(bench.state) and not thrown:
            bench.throw_error("fails", "A")
            thrown = True
        kernel.replay(replayed, bench.log[done:])
        done = len(bench.log)
        for kind in ("owners", "ready", "due", "coming", "busy", "shared"):
            assert snapshot(replayed)[kind] == snapshot(bench.state)[kind]
    assert thrown


def test_what_a_page_has_begun_is_taken_back_where_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, _ = half_swept()
    before = snapshot(bench.state)

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("counterflow.kernel.work.incidents.drop_incidents_of", fail)
    with pytest.raises(kernel.KernelFault):
        bench.turn()
    assert snapshot(bench.state) == before
    monkeypatch.undo()
    bench.turn_all()
    assert is_clean(bench)


def test_jobs_are_taken_by_pages_of_their_own() -> None:
    bench, _ = many(looped(loop()))
    bench.turn_all()
    assert len(bench.do(ActivateJobs(type="work", worker="w", timeout_ms=1, maximum=MANY))) == MANY


def test_created_it_is_answered_with_its_first_page() -> None:
    bench = PageByPage(looped(loop()), limits=PAGES)
    create = CreateProcessInstance(bpmn_process_id="process", variables=document(items=[1] * MANY))
    assert bench.do(create).state == "active"
