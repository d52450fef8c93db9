"""What a person is told of an instance that waits, repeats or calls."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.kernel.events import signal as signals
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.queries.history import records
from counterflow.queries.instances import process_instance
from counterflow.queries.shapes import ElementInstance, InstanceTree, Wait
from counterflow.queries.signals import signal as signal_of
from counterflow.queries.story.fold import story_of
from counterflow.queries.story.waits import ADDITIONS
from counterflow.testing import EPOCH_MS, Engine
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    definitions,
    element,
    end,
    extensions,
    gateway,
    model,
    path,
    process,
    service,
    signal,
    signalled,
    start,
    throw,
    timer,
)
from tests.queries.models import HEARING, engine_with

GUARDED = model(
    *(start(), service("pack", job="pack"), end(), end("told"), end("noted")),
    boundary("remind", "pack", timer("timeCycle", "R2/PT10S"), cancelActivity="false", name="Remind"),
    boundary("hint", "pack", catch_message("order"), cancelActivity="false", name="Hint"),
    *(path("start", "pack", "end"), path("remind", "told"), path("hint", "noted")),
)
STARTED = model(
    start("ordered", catch_message("order"), name="Ordered"),
    service("pack", job="pack"),
    end(),
    path("ordered", "pack", "end"),
)
LOOPING = model(
    start(),
    service(
        "pack",
        job="pack",
    ).replace(
        "</serviceTask>",
        element(
            "multiInstanceLoopCharacteristics",
            extensions(element("zeebe:loopCharacteristics", inputCollection="= items", inputElement="item")),
        )
        + "</serviceTask>",
    ),
    *(end(), path("start", "pack", "end")),
)
FORKED = definitions(
    process(
        *(
            start(),
            gateway("fork", "parallel"),
            throw("shout", signalled("went")),
            throw("cry", signalled("gone")),
        ),
        *(end("end", element("terminateEventDefinition")), end("unreached")),
        *(path("start", "fork", "shout", "unreached"), path("fork", "cry", "unreached"), path("fork", "end")),
        process_id="forked",
    ),
    signal("went"),
    signal("gone"),
)
"""All three branches are entered, and the third ends the instance, before any signal goes out."""
CALLING = model(
    start(),
    element("callActivity", extensions(element("zeebe:calledElement", processId="process")), id="call"),
    *(end(), path("start", "call", "end")),
    process_id="caller",
)


def only(tree: InstanceTree, element_id: str) -> ElementInstance:
    (found,) = [child for child in tree.root.children if child.element_id == element_id]
    return found


def guarded() -> tuple[Engine, int]:
    engine = engine_with(GUARDED)
    return engine, engine.start("process", {"key": "k"})


def test_what_an_element_waits_for() -> None:
    engine, key = guarded()
    pack = only(process_instance(engine.store, key), "pack")
    common: dict[str, Any] = {"element_instance_key": pack.key, "opened_at_ms": EPOCH_MS}
    assert sorted(pack.waits, key=lambda wait: wait.kind) == [
        Wait(
            pack.waits[1].key,
            catch_id="hint",
            catch_name="Hint",
            kind="message",
            name="order",
            correlation_key="k",
            **common,
        ),
        Wait(
            pack.waits[0].key,
            catch_id="remind",
            catch_name="Remind",
            kind="timer",
            due_at_ms=EPOCH_MS + 10_000,
            repetitions=1,
            interval="PT10S",
            **common,
        ),
    ]


def test_how_the_waits_have_ended() -> None:
    engine, key = guarded()
    engine.advance(seconds=15)
    engine.publish("order", "k")
    engine.complete("pack")
    told = only(process_instance(engine.store, key), "pack").waits
    assert [(wait.catch_id, wait.state, wait.closed_at_ms) for wait in told] == [
        ("remind", "triggered", EPOCH_MS + 10_000),
        ("hint", "closed", EPOCH_MS + 15_000),
        ("remind", "closed", EPOCH_MS + 15_000),
    ]


def test_messages_that_have_reached_an_instance() -> None:
    engine, key = guarded()
    messages = [engine.publish("order", "k") for _ in range(2)]
    tree = process_instance(engine.store, key)
    pack = only(tree, "pack")
    told = [
        (found.message_key, found.message_name, found.catch_id, found.catch_name, found.element_instance_key)
        for found in tree.correlated_messages
    ]
    assert told == [(message, "order", "hint", "Hint", pack.key) for message in messages]


def test_what_found_no_room_is_shown_where_it_waits() -> None:
    caught = model(
        start(),
        catch("wait", catch_message("order")),
        service("pack"),
        end(),
        path("start", "wait", "pack", "end"),
    )
    engine = Engine(limits=ProcessLimits(variable_bytes=200))
    engine.deploy_contents({"model.bpmn": caught})
    key = engine.start("process", {"key": "k", "full": "f" * 100})
    engine.publish("order", "k", {"big": "b" * 120})
    held = only(process_instance(engine.store, key), "wait")
    assert ([variable.name for variable in held.variables], held.incidents[0].error_type) == (
        ["big"],
        "IO_MAPPING_ERROR",
    )
    engine.set_variables("wait", {"big": 1})
    engine.resolve("wait")
    tree = process_instance(engine.store, key)
    assert [
        (variable.name, variable.value_json) for variable in tree.root.variables if variable.name == "big"
    ] == [("big", "1")]
    assert only(tree, "wait").variables == []


def test_the_message_that_has_begun_an_instance() -> None:
    engine = engine_with(STARTED)
    message = engine.publish("order", "k")
    key = max(entry.process_instance_key for entry in engine.log)
    (told,) = process_instance(engine.store, key).correlated_messages
    assert (told.message_key, told.message_name, told.catch_id) == (message, "order", "ordered")
    assert (told.catch_name, told.element_instance_key) == ("Ordered", key)


def test_how_far_a_multi_instance_activity_has_come() -> None:
    engine = engine_with(LOOPING)
    key = engine.start("process", {"items": [1, 2, 3]})
    engine.complete("pack")
    body = only(process_instance(engine.store, key), "pack")
    assert body.loop is not None
    assert (body.loop_counter, body.loop.total, body.loop.completed, body.loop.ended) == (-1, 3, 1, False)
    assert [child.loop_counter for child in body.children] == [1, 2, 3]
    for _ in range(2):
        engine.complete("pack")
    body = only(process_instance(engine.store, key), "pack")
    assert body.loop is not None
    assert (body.loop.completed, body.loop.ended) == (3, True)


def test_who_has_called_and_who_is_called() -> None:
    engine = engine_with(
        model(start(), service("pack", job="pack"), end(), path("start", "pack", "end")), CALLING
    )
    key = engine.start("caller")
    called = only(process_instance(engine.store, key), "call").called_instance_key
    child = process_instance(engine.store, called).process_instance
    assert (child.bpmn_process_id, child.parent_process_instance_key) == ("process", key)


def test_an_abandoned_instance_waits_no_more() -> None:
    engine, key = guarded()
    engine.run(QuarantineInstance(process_instance_key=key, reason="a fault"))
    engine.cancel(key)
    assert {wait.state for wait in only(process_instance(engine.store, key), "pack").waits} == {"closed"}


@pytest.mark.parametrize(
    "event", ["TimerTriggered", "TimerScheduled", "SubscriptionOpened", "MessageCorrelated"]
)
def test_the_history_names_the_event_that_was_waited_for(event: str) -> None:
    engine, key = guarded()
    engine.advance(seconds=10)
    engine.publish("order", "k")
    told = {
        record.element_id
        for record in records(engine.store, process_instance_key=key)
        if record.event == event
    }
    assert told == ({"remind"} if event.startswith("Timer") else {"hint"})


def test_every_teller_is_about_an_event_of_its_own() -> None:
    assert len({event.__struct_config__.tag for event in ADDITIONS}) == len(ADDITIONS)


def test_signals_that_are_waited_for_and_have_come() -> None:
    engine = engine_with(HEARING)
    key = engine.start("process")
    wait = only(process_instance(engine.store, key), "wait")
    assert [(found.kind, found.name, found.catch_name, found.state) for found in wait.waits] == [
        ("signal", "go", "Wait", "open")
    ]
    signal_key = engine.broadcast("go")
    tree = process_instance(engine.store, key)
    assert [found.state for found in only(tree, "wait").waits] == ["closed"]
    (received,) = tree.received_signals
    assert (received.signal_key, received.signal_name, received.catch_id) == (signal_key, "go", "wait")
    assert (received.catch_name, received.element_instance_key) == ("Wait", wait.key)
    begun = max(entry.process_instance_key for entry in engine.log)
    (told,) = process_instance(engine.store, begun).received_signals
    assert (told.signal_key, told.signal_name, told.catch_id) == (signal_key, "go", "begun")


def test_signals_that_are_thrown() -> None:
    engine = engine_with(HEARING)
    key = engine.start("process")
    engine.broadcast("go")
    tree = process_instance(engine.store, key)
    (thrown,) = tree.thrown_signals
    assert (thrown.signal_name, thrown.element_id, thrown.element_name) == ("went", "shout", "Shout")
    assert thrown.element_instance_key == only(tree, "shout").key
    (record,) = [each for each in engine.history(key) if each.event == "SignalThrown"]
    assert (record.key, record.element_id, record.position) == (thrown.signal_key, "shout", thrown.position)
    assert '"signal_name":"went"' in record.details_json
    assert signal_of(engine.store, thrown.signal_key).thrower_instance_key == key
    assert (
        process_instance(engine.store, max(each.process_instance_key for each in engine.log)).thrown_signals
        == []
    )


def test_a_throw_is_told_also_where_its_instance_has_ended_before_the_signal_goes_out() -> None:
    engine = engine_with(FORKED)
    key = engine.start("forked")
    tree = process_instance(engine.store, key)
    assert [one.signal_name for one in tree.thrown_signals] == ["went", "gone"]
    assert [one.element_id for one in tree.thrown_signals] == ["shout", "cry"]
    out = [signal_of(engine.store, one.signal_key) for one in tree.thrown_signals]
    assert [one.name for one in out] == ["went", "gone"]
    assert tree.process_instance.state == "completed"


def test_older_logs_name_what_was_waited_for_but_not_what_has_begun_an_instance() -> None:
    engine = engine_with(HEARING)
    key = engine.start("process")
    engine.broadcast("go")
    begun = max(each.process_instance_key for each in engine.log)
    for instance_key, name in ((key, "go"), (begun, "")):
        story = story_of(engine.store, instance_key)
        (told,) = story.received_signals
        receiver_key = begun if instance_key == begun else next(iter(story.waits))
        ADDITIONS[signals.SignalReceived](story, signals.SignalReceived(told.signal_key, receiver_key))
        assert story.received_signals[1].signal_name == name
