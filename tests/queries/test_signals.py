"""What became of a signal: who has sent it out, and whom it has reached."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from counterflow.kernel.events.signal import BroadcastSignal, SignalBroadcast
from counterflow.kernel.rows import Partition
from counterflow.kernel.unfinished import Carried, Errand
from counterflow.kernel.vocabulary import LogEntry, Rejection, RejectionType
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.pages import GoOn, next_undertaking
from counterflow.queries import signals
from counterflow.queries.signals import signal as signal_of
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from counterflow.testing import EPOCH_MS, Engine
from tests.queries.models import HEARING, engine_with


@pytest.fixture
def engine() -> Engine:
    return engine_with(HEARING)


def test_whom_it_has_reached(engine: Engine) -> None:
    keys = [engine.start("process") for _ in range(2)]
    key = engine.broadcast("go", {"a": 1})
    found = signal_of(engine.store, key)
    assert (found.name, found.broadcast_at_ms, found.receivers_left_out) == ("go", EPOCH_MS, 0)
    assert (found.thrower_instance_key, found.thrower_key) == (0, 0)
    assert [(one.process_instance_key in keys, one.catch_name, one.begun) for one in found.receivers] == [
        (True, "Wait", False),
        (True, "Wait", False),
        (False, "Begun", True),
    ]


def test_nobody(engine: Engine) -> None:
    assert signal_of(engine.store, engine.broadcast("other")).receivers == []


def test_who_has_thrown_it(engine: Engine) -> None:
    key = engine.start("process")
    engine.broadcast("go")
    thrown = max(event.key for event in engine.history() if event.event == "SignalBroadcast")
    found = signal_of(engine.store, thrown)
    assert (found.name, found.thrower_instance_key, found.receivers) == ("went", key, [])


def test_more_than_are_told_by_name(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "RECEIVERS", 2)
    for _ in range(4):
        engine.start("process")
    found = signal_of(engine.store, engine.broadcast("go"))
    assert (len(found.receivers), found.receivers_left_out) == (2, 3)


def test_those_whom_it_reaches_in_later_pages() -> None:
    engine = Engine(limits=ProcessLimits(page_events=10))
    engine.deploy_contents({"hearing.bpmn": HEARING})
    keys = [engine.start("process") for _ in range(6)]
    key = engine.broadcast("go")
    assert any(record.event == "WorkPutOff" for record in engine.history())
    engine.broadcast("go")  # reaches nobody who waits, and is not counted in
    reached = signal_of(engine.store, key).receivers
    assert sorted(one.process_instance_key for one in reached if not one.begun) == keys
    assert sum(one.begun for one in reached) == 1


def test_a_thrown_signal_that_goes_out_after_a_later_one_has() -> None:
    """It has had its key since it was thrown, so it is older than what was broadcast meanwhile."""
    broadcasts = (
        SignalBroadcast(7, "went", b"{}", 4, 5),
        SignalBroadcast(9, "go", b"{}"),
        SignalBroadcast(6, "gone", b"{}", 4, 5),
    )
    store = MemoryStore()
    log = [
        LogEntry(position, 0, 0, "GoOn", 1, msgspec.msgpack.encode([event]))
        for position, event in enumerate(broadcasts, start=1)
    ]
    store.commit(Batch({Partition: [Partition(1, 9, 3)]}, {}, log))
    assert [signal_of(store, event.key).name for event in broadcasts] == ["went", "go", "gone"]
    with pytest.raises(Rejection, match="none was found"):
        signal_of(store, 8)


@pytest.mark.parametrize("older", [True, False])
def test_a_key_that_is_no_signals(engine: Engine, older: bool) -> None:
    key = engine.broadcast("go")
    with pytest.raises(Rejection, match="Expected to find a signal with key") as refused:
        signal_of(engine.store, key - 1 if older else key + 1)
    assert refused.value.type is RejectionType.NOT_FOUND


def test_what_an_older_log_has_put_off_goes_out_under_a_key_of_its_own() -> None:
    """There the thrower's key stood in the place of the signal's."""
    engine = Engine(limits=ProcessLimits(page_events=1))
    engine.deploy_contents({"hearing.bpmn": HEARING})
    engine.start("process")
    engine._run_page(BroadcastSignal(name="go", variables={}))
    while not (put_off := [row for row in engine.store.scan(Errand, {}) if row.what == "signal goes out"]):
        assert engine._run_page(GoOn(undertaking_key=next_undertaking(engine._state)))
    (errand,) = put_off
    (carried,) = engine.store.scan(Carried, {"key": errand.document_key})
    older = [replace(errand, document_key=errand.key), replace(carried, key=errand.key)]
    engine.store.commit(Batch({Errand: older[:1], Carried: older[1:]}, {}, []))
    engine.restart()
    while undertaking := next_undertaking(engine._state):
        engine._run_page(GoOn(undertaking_key=undertaking))
    out = [record for record in engine.history() if record.event == "SignalBroadcast"]
    assert len({record.key for record in out} - {errand.key}) == 2
