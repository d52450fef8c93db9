"""Which message reaches whom, in which order, and which begins an instance."""

from __future__ import annotations

import pytest

from counterflow.kernel.events.message import MessageCorrelated
from counterflow.kernel.lives.correlation import Correlated, CorrelateMessage
from counterflow.kernel.lives.instances import CancelProcessInstance
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.rows import (
    Message,
    MessageCorrelation,
    MessageSubscription,
    ProcessInstance,
    StartLock,
)
from counterflow.kernel.vocabulary import Rejection
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    definitions,
    element,
    end,
    extensions,
    message,
    model,
    path,
    process,
    service,
    start,
)
from tests.kernel.bench import Bench

WAIT = model(start(), catch("wait", catch_message("order")), end(), path("start", "wait", "end"))
STARTED = model(
    start("ordered", catch_message("order")),
    service("pack", job="pack"),
    end(),
    path("ordered", "pack", "end"),
)
EITHER = model(
    *(
        start("ordered", catch_message("order")),
        start("paid", catch_message("payment")),
        service("pack", job="pack"),
        end(),
    ),
    *(path("ordered", "pack", "end"), path("paid", "pack")),
)


def waiting_process(process_id: str) -> bytes:
    """A process of its own that waits for the message `order`."""
    inside = (start(), catch("wait", catch_message("order")), end(), path("start", "wait", "end"))
    return definitions(process(*inside, process_id=process_id), message("order"))


def reached(bench: Bench, after: int = 0) -> list[tuple[str, int]]:
    """Process id and receiver of every correlation."""
    return [
        (event.bpmn_process_id, event.receiver_key)
        for event in bench.events(after)
        if isinstance(event, MessageCorrelated)
    ]


def amounts(bench: Bench) -> list[object]:
    """What each instance was given, oldest first."""
    return [
        ended.variables.get("amount")
        for ended in sorted(bench.ended, key=lambda ended: ended.process_instance_key)
    ]


def test_who_has_waited_longest_is_first() -> None:
    bench = Bench(WAIT)
    instances = [bench.create(key="k") for _ in range(3)]
    for number in range(3):
        bench.publish("order", "k", amount=number)
    assert [ended.process_instance_key for ended in bench.ended] == [instance.key for instance in instances]
    assert amounts(bench) == [b"0", b"1", b"2"]


@pytest.mark.parametrize("name, key", [("order", "other"), ("payment", "k"), ("Order", "k"), ("order", "")])
def test_name_and_key_must_be_the_same(name: str, key: str) -> None:
    bench = Bench(WAIT)
    bench.create(key="k")
    bench.publish(name, key, live_ms=1_000)
    assert reached(bench) == []


def test_buffered_messages_are_taken_oldest_first_and_each_once() -> None:
    bench = Bench(WAIT)
    for number in range(3):
        bench.publish("order", "k", live_ms=1_000, amount=number)
    for _ in range(4):
        bench.create(key="k")
    assert amounts(bench) == [b"0", b"1", b"2"]
    assert len(bench.rows(MessageSubscription)) == 1


def test_a_message_reaches_every_process_but_no_process_twice() -> None:
    bench = Bench(waiting_process("a"), waiting_process("b"))
    for process_id in ("a", "a", "b"):
        bench.create(process_id, key="k")
    bench.publish("order", "k", live_ms=1_000)
    bench.create("b", key="k")
    assert [process_id for process_id, _ in reached(bench)] == ["a", "b"]
    assert len(bench.state.shared[MessageCorrelation]) == 2
    bench.wait(1_000)
    assert (bench.state.shared[MessageCorrelation], bench.state.shared[Message], bench.state.reached) == (
        {},
        {},
        {},
    )


def test_a_message_that_has_expired_reaches_nobody_even_before_its_end_was_noted() -> None:
    bench = Bench(WAIT)
    bench.publish("order", "k", live_ms=1_000)
    bench.now_ms += 1_000
    bench.create(key="k")
    assert reached(bench) == []


@pytest.mark.parametrize("live_ms", [0, -5])
def test_without_a_time_to_live_nothing_is_kept(live_ms: int) -> None:
    bench = Bench(WAIT)
    key = bench.publish("order", "k", live_ms=live_ms)
    assert bench.state.shared[Message] == {}
    assert bench.state.last_key == key


def test_the_same_id_is_refused_while_the_first_is_kept() -> None:
    bench = Bench()
    bench.publish("order", "k", live_ms=1_000, message_id="m")
    with pytest.raises(Rejection, match="a message with that id was already published"):
        bench.publish("order", "k", live_ms=1_000, message_id="m")
    bench.publish("order", "other", live_ms=1_000, message_id="m")
    bench.publish("order", "k", live_ms=1_000)
    bench.wait(1_000)
    bench.publish("order", "k", message_id="m")


def test_one_running_instance_for_each_key_and_the_next_after_its_end() -> None:
    bench = Bench(STARTED)
    for number in range(3):
        bench.publish("order", "k", live_ms=1_000, amount=number)
    bench.publish("order", "other", amount=9)
    assert len(bench.rows(ProcessInstance)) == 2
    for _ in range(4):
        bench.complete("pack")
    assert amounts(bench) == [b"0", b"9", b"1", b"2"]
    assert (bench.state.shared[StartLock], bench.state.lock_of) == ({}, {})


def test_a_cancelled_instance_makes_room_too() -> None:
    bench = Bench(STARTED)
    bench.publish("order", "k")
    bench.publish("order", "k", live_ms=1_000)
    (first,) = bench.rows(ProcessInstance)
    bench.do(CancelProcessInstance(process_instance_key=first.key))
    assert [row.state for row in bench.rows(ProcessInstance)] == ["terminated", "active"]


def test_without_a_key_there_is_no_limit() -> None:
    bench = Bench(STARTED)
    for _ in range(3):
        bench.publish("order")
    assert len(bench.rows(ProcessInstance)) == 3
    assert bench.state.shared[StartLock] == {}


def test_the_oldest_message_begins_the_next_instance_whatever_its_name() -> None:
    bench = Bench(EITHER)
    bench.publish("order", "k", amount=0)
    bench.publish("payment", "k", live_ms=1_000, amount=1)
    bench.publish("order", "k", live_ms=1_000, amount=2)
    for _ in range(3):
        bench.complete("pack")
    assert amounts(bench) == [b"0", b"1", b"2"]


def test_a_new_version_begins_what_the_old_one_has_kept_waiting() -> None:
    bench = Bench(STARTED)
    bench.publish("order", "k")
    bench.publish("order", "k", live_ms=1_000)
    bench.deploy(STARTED.replace(b'type="pack"', b'type="wrap"'))
    bench.publish("order", "k", live_ms=1_000)
    assert len(bench.rows(ProcessInstance)) == 1
    bench.complete("pack")
    assert [(row.version, row.state) for row in bench.rows(ProcessInstance)] == [
        (1, "completed"),
        (2, "active"),
    ]


CALLING = model(
    start(),
    element("callActivity", extensions(element("zeebe:calledElement", processId="child")), id="call"),
    boundary("stop", "call", catch_message("order")),
    *(end(), end("stopped"), path("start", "call", "end"), path("stop", "stopped")),
)


def test_a_message_that_ends_the_call_does_not_look_for_what_waited_in_it() -> None:
    bench = Bench(waiting_process("child"), CALLING)
    bench.create(key="k")
    assert len(bench.rows(MessageSubscription)) == 2
    bench.publish("order", "k")
    assert [process_id for process_id, _ in reached(bench)] == ["process"]
    assert {ended.state for ended in bench.ended} == {"completed", "terminated"}
    assert bench.state.receivers == {}


TOLD = model(
    start(),
    element("callActivity", extensions(element("zeebe:calledElement", processId="child")), id="call"),
    boundary("hint", "call", catch_message("order"), cancelActivity="false"),
    *(
        end(),
        end("stopped", element("terminateEventDefinition")),
        path("start", "call", "end"),
        path("hint", "stopped"),
    ),
)
"""A message on the border does not interrupt the call, but the way from there ends all."""


@pytest.mark.parametrize("is_buffered", [False, True])
def test_what_one_receiver_ends_is_not_reached_and_the_message_is_there_for_the_next(
    is_buffered: bool,
) -> None:
    """The caller has waited longest; what came of it swept the called instance away before the message could
    come there.
    """
    bench = Bench(waiting_process("child"), TOLD)
    if is_buffered:
        bench.publish("order", "k", live_ms=1_000, amount=1)
        bench.create(key="k")
        bench.create("child", key="k")
    else:
        bench.create(key="k")
        bench.create("child", key="k")
        bench.publish("order", "k", amount=1)
    assert [process_id for process_id, _ in reached(bench)] == ["process", "child"]
    assert amounts(bench) == [b"1", None, b"1"]
    assert [ended.state for ended in sorted(bench.ended, key=lambda ended: ended.process_instance_key)] == [
        *("completed", "terminated", "completed")
    ]


def test_a_message_that_was_there_waits_until_the_end_of_a_call_has_led_to_its_own() -> None:
    """The called process has nothing to wait for; behind it everything ends, before the boundary event is
    looked at.
    """
    at_once = definitions(process(start(), end(), path("start", "end"), process_id="child"))
    bench = Bench(at_once, TOLD)
    bench.publish("order", "k", live_ms=1_000)
    bench.create(key="k")
    assert reached(bench) == []
    assert [ended.state for ended in bench.ended] == ["completed", "completed"]


def test_a_quarantined_instance_is_passed_over_and_told_later_what_came_meanwhile() -> None:
    bench = Bench(WAIT)
    aside, other = bench.create(key="k"), bench.create(key="k")
    bench.do(QuarantineInstance(process_instance_key=aside.key, reason="a fault"))
    for number in range(2):
        bench.publish("order", "k", live_ms=1_000, amount=number)
    assert [ended.process_instance_key for ended in bench.ended] == [other.key]
    bench.do(ReleaseInstance(process_instance_key=aside.key))
    assert amounts(bench) == [b"1", b"0"]


class Looked(dict[int, Message]):
    """Messages, and how many of them were looked at."""

    count = 0

    def __getitem__(self, key: int) -> Message:
        self.count += 1
        return super().__getitem__(key)


def test_neither_who_publishes_nor_who_waits_looks_at_all_the_other_messages() -> None:
    bench = Bench(WAIT)
    for number in range(200):
        bench.publish("order", "k", live_ms=1_000, message_id=str(number))
    for _ in range(100):
        bench.create(key="k")
    looked = bench.state.shared[Message] = Looked(bench.state.shared[Message])
    bench.state.laid[Message].rows = looked
    bench.publish("order", "k", live_ms=1_000, message_id="another")
    with pytest.raises(Rejection, match="already published"):
        bench.publish("order", "k", live_ms=1_000, message_id="77")
    bench.create(key="k")
    assert looked.count <= 4


def correlate(bench: Bench, key: str = "o-1") -> Correlated:
    answer: Correlated = bench.do(CorrelateMessage(name="order", correlation_key=key, variables={}))
    return answer


def test_who_correlates_is_told_the_one_that_has_waited_longest() -> None:
    bench = Bench(WAIT)
    first, second = bench.create(key="o-1").key, bench.create(key="o-1").key
    assert [correlate(bench).process_instance_key for _ in range(2)] == [first, second]
    with pytest.raises(Rejection, match="but nobody does; publish it with a time to live") as refusal:
        correlate(bench)
    assert refusal.value.type == "NOT_FOUND"
    assert not bench.state.shared[Message]


def test_who_correlates_is_told_what_has_begun() -> None:
    bench = Bench(STARTED)
    begun = correlate(bench)
    (instance,) = bench.rows(ProcessInstance)
    assert begun == Correlated(begun.message_key, instance.key, "process", begun=True)
    with pytest.raises(Rejection, match="what it would begin runs already"):
        correlate(bench)
    assert correlate(bench, "").begun, "without a key it begins as many as there are messages"


def test_who_is_set_aside_is_not_correlated_with() -> None:
    bench = Bench(WAIT)
    first, second = bench.create(key="o-1").key, bench.create(key="o-2").key
    bench.do(QuarantineInstance(process_instance_key=first, reason="a fault"))
    with pytest.raises(Rejection, match="those who do are set aside; release them"):
        correlate(bench)
    assert correlate(bench, "o-2").process_instance_key == second
    bench.do(ReleaseInstance(process_instance_key=first))
    assert correlate(bench).process_instance_key == first
