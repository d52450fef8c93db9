"""Whom a message means by its instance: not who is being swept away, and what it begins where that is all."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.correlation import TriggerElement
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import MessageSubscription
from counterflow.kernel.state import conversations
from counterflow.kernel.state.instance import InstanceState
from counterflow.kernel.unfinished import Sweep
from counterflow.kernel.vocabulary import Rejection
from counterflow.kernel.work.budget import ProcessLimits
from tests.bpmn.diagram import (
    boundary,
    catch_message,
    definitions,
    element,
    end,
    gateway,
    message,
    path,
    process,
    receive,
    start,
    sub_process,
)
from tests.kernel.bench import Bench, document
from tests.kernel.test_correlation import CALLING, reached
from tests.kernel.test_pages import MANY, PAGES, PageByPage, is_clean, jobs_of


def work(name: str, *inside: str) -> str:
    """A task of the camunda: dialect whose job is called as the task."""
    return element("serviceTask", *inside, id=name, camunda__type="external", camunda__topic=name)


def in_one_process(*inside: str, process_id: str = "process") -> bytes:
    return definitions(process(*inside, process_id=process_id), message("order", None))


AT_WORK = in_one_process(
    start(),
    sub_process(
        "inside",
        *(start("s"), gateway("fork", "parallel"), work("fails"), receive("wait")),
        work("work", element("multiInstanceLoopCharacteristics", camunda__collection="items")),
        *(path("s", "fork", "work"), path("fork", "fails"), path("fork", "wait")),
    ),
    boundary("caught", "inside", element("errorEventDefinition")),
    work("after"),
    *(path("start", "inside"), path("caught", "after")),
)
"""start → inside (many jobs, one that fails, and one who waits by its instance) → after, on its error"""
STARTER = in_one_process(
    start("go", catch_message("order")), work("started"), path("go", "started"), process_id="starter"
)


def half_swept(*others: bytes) -> tuple[PageByPage, InstanceState]:
    """An instance in which one that waits is being swept away since a page."""
    bench = PageByPage(AT_WORK, *others, limits=PAGES)
    instance = bench.create(items=list(range(MANY)))
    bench.turn_all()
    bench.throw_error("fails", "A")
    assert bench.state.indexed[Sweep]
    assert bench.rows(MessageSubscription)
    return bench, instance


def test_what_is_being_swept_away_cannot_be_triggered() -> None:
    bench, instance = half_swept()
    (waiting,) = bench.rows(MessageSubscription)
    leaked = document(leaked=1)
    assert bench.told(TriggerElement(key=waiting.element_instance_key, variables=leaked)) == "NOT_FOUND"
    with pytest.raises(Rejection, match=r"nothing there does; publish .* complete the job"):
        bench.page(TriggerElement(key=instance.key, variables=leaked))
    bench.turn_all()
    assert "leaked" not in instance.variables[instance.key]
    assert len(jobs_of(bench, "after")) == 1
    assert is_clean(bench)


def test_an_instance_that_is_being_cancelled_cannot_be_triggered() -> None:
    bench, instance = half_swept()
    bench.page(CancelProcessInstance(process_instance_key=instance.key))
    assert bench.told(TriggerElement(key=instance.key, variables={})) == "NOT_FOUND"


def another(bench: PageByPage) -> InstanceState:
    """One more that waits, begun in one page, so that no sweep goes on meanwhile."""
    bench.limits = ProcessLimits()
    instance = bench.create(items=[1])
    assert len(bench.rows(MessageSubscription)) == 2
    return instance


def test_one_waits_alone_beside_what_is_being_swept_away() -> None:
    bench, _ = half_swept()
    other = another(bench)
    bench.publish("order")
    assert (other.subscriptions, len(bench.rows(MessageSubscription))) == ({}, 1)
    bench.turn_all()
    assert is_clean(bench)


def test_where_too_many_wait_to_ask_each_the_swept_ones_count(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, _ = half_swept()
    another(bench)
    monkeypatch.setattr(conversations, "MOST_ASKED", 1)
    with pytest.raises(Rejection, match="but several do"):
        bench.publish("order")


def test_a_message_begins_beside_one_that_is_being_swept_away() -> None:
    bench, _ = half_swept(STARTER)
    bench.publish("order")
    bench.turn_all()
    assert len(jobs_of(bench, "started")) == 1


def test_a_message_begins_beside_one_that_is_set_aside() -> None:
    bench = Bench(AT_WORK, STARTER)
    instance = bench.create(items=[1])
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="a fault"))
    bench.publish("order")
    assert len(jobs_of(bench, "started")) == 1
    assert instance.subscriptions


def waiting_by(process_id: str) -> bytes:
    return in_one_process(
        start(), receive("wait"), end(), path("start", "wait", "end"), process_id=process_id
    )


@pytest.mark.parametrize("aside, begun", [((), 0), (("a",), 0), (("b",), 0), (("a", "b"), 1)])
def test_of_several_processes_it_is_enough_that_one_has_it(aside: tuple[str, ...], begun: int) -> None:
    bench = Bench(waiting_by("a"), waiting_by("b"), STARTER)
    instances = {name: bench.create(name, businessKey="k") for name in ("a", "b")}
    for name in aside:
        bench.do(QuarantineInstance(process_instance_key=instances[name].key, reason="a fault"))
    bench.publish("order", "k")
    assert len(jobs_of(bench, "started")) == begun
    assert {name for name, instance in instances.items() if instance.subscriptions} == set(aside)


def test_who_is_gone_when_its_turn_comes_has_not_had_it() -> None:
    """The caller waits by a key of its own, and what it does with the message ends the call."""
    bench = Bench(waiting_by("child"), CALLING, STARTER)
    bench.create(key="k", businessKey="k")
    assert len(bench.rows(MessageSubscription)) == 2
    bench.publish("order", "k")
    assert [process_id for process_id, _ in reached(bench)] == ["process", "starter"]


def test_a_long_number_is_the_key_of_no_instance() -> None:
    bench = Bench(waiting_by("a"))
    bench.create("a")
    bench.state.know_only([MessageSubscription])
    bench.publish("order", "1" * 5_000)
    assert len(bench.rows(MessageSubscription)) == 1
