"""What has become of a message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries import log
from counterflow.queries.messages import message
from counterflow.queries.shapes import MessageReceiver
from counterflow.testing import EPOCH_MS, Engine
from tests.cli.models import REMINDED
from tests.queries.models import TRIP, engine_with
from tests.queries.story.test_waits import STARTED


def receivers(engine: Engine, key: int) -> list[MessageReceiver]:
    return message(engine.store, key).receivers


def test_who_has_waited_for_it() -> None:
    engine = engine_with(REMINDED)
    key = engine.start("reminded", {"order": "o-1"})
    engine.advance(seconds=1)
    found = message(engine.store, engine.publish("paid", "o-1"))
    assert (found.name, found.correlation_key, found.message_id, found.is_kept) == ("paid", "o-1", "", False)
    assert (found.published_at_ms, found.expires_at_ms) == (EPOCH_MS + 1_000, EPOCH_MS + 1_000)
    (receiver,) = found.receivers
    assert (receiver.process_instance_key, receiver.bpmn_process_id, receiver.begun) == (
        key,
        "reminded",
        False,
    )
    assert (receiver.catch_id, receiver.catch_name, receiver.correlated_at_ms) == (
        "paid",
        "Wait for the money",
        EPOCH_MS + 1_000,
    )


def test_what_it_has_begun() -> None:
    engine = engine_with(STARTED)
    (receiver,) = receivers(engine, engine.publish("order", "k"))
    assert (receiver.bpmn_process_id, receiver.catch_name, receiver.begun) == ("process", "Ordered", True)
    assert receiver.process_instance_key == max(entry.process_instance_key for entry in engine.log)


def test_nobody() -> None:
    engine = engine_with(REMINDED)
    engine.start("reminded", {"order": "o-1"})
    found = message(engine.store, engine.publish("paid", "o-2"))
    assert (found.receivers, found.is_kept) == ([], False)


def test_one_that_is_kept_and_finds_its_receiver_later() -> None:
    engine = engine_with(REMINDED)
    kept = engine.publish("paid", "o-1", time_to_live=timedelta(minutes=5), message_id="m-1")
    before = message(engine.store, kept)
    assert (before.receivers, before.is_kept, before.message_id) == ([], True, "m-1")
    assert before.expires_at_ms == EPOCH_MS + 300_000
    engine.publish("paid", "o-2")
    key = engine.start("reminded", {"order": "o-1"})
    assert [receiver.process_instance_key for receiver in receivers(engine, kept)] == [key]
    engine.advance(minutes=5)
    after = message(engine.store, kept)
    assert ([receiver.process_instance_key for receiver in after.receivers], after.is_kept) == ([key], False)


def test_each_of_several_is_found_however_much_came_after_it() -> None:
    engine = engine_with(TRIP, REMINDED)
    published = [engine.publish("paid", f"o-{number}") for number in range(3)]
    for _ in range(60):
        engine.start("trip")
    published.append(engine.publish("paid", "o-3"))
    assert [message(engine.store, key).correlation_key for key in published] == ["o-0", "o-1", "o-2", "o-3"]


@pytest.mark.parametrize("window", [1, 2, 3, 7])
def test_windows_of_the_log_leave_nothing_out(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "FIRST_WINDOW", 1)
    monkeypatch.setattr(log, "LARGEST_WINDOW", window)
    engine = engine_with(STARTED)
    published = [engine.publish("order", f"k-{number}") for number in range(6)]
    assert [message(engine.store, key).correlation_key for key in published] == [
        f"k-{number}" for number in range(6)
    ]
    with pytest.raises(Rejection, match="none was found"):
        message(engine.store, 1)


@pytest.mark.parametrize("offset", [-1, 1, 10_000])
def test_a_key_that_is_no_messages(offset: int) -> None:
    engine = engine_with(TRIP)
    key = engine.publish("paid", "o-1")
    for _ in range(20):
        engine.start("trip")
    with pytest.raises(
        Rejection, match=f"Expected to find a message with key '{key + offset}', but none was found"
    ) as refused:
        message(engine.store, key + offset)
    assert refused.value.type is RejectionType.NOT_FOUND
