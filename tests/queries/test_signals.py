"""What became of a signal: who has sent it out, and whom it has reached."""

from __future__ import annotations

import pytest

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.queries import signals
from counterflow.queries.signals import signal as signal_of
from counterflow.testing import EPOCH_MS, Engine
from tests.bpmn.diagram import catch, definitions, end, path, process, signal, signalled, start, throw

WAITING = definitions(
    process(
        start(),
        start("begun", signalled("go"), name="Begun"),
        catch("wait", signalled("go"), name="Wait"),
        *(
            throw("shout", signalled("went")),
            end(),
            path("start", "wait", "shout", "end"),
            path("begun", "end"),
        ),
    ),
    signal("go"),
    signal("went"),
)


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    engine.deploy_contents({"waiting.bpmn": WAITING})
    return engine


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


@pytest.mark.parametrize("older", [True, False])
def test_a_key_that_is_no_signals(engine: Engine, older: bool) -> None:
    key = engine.broadcast("go")
    with pytest.raises(Rejection, match="Expected to find a signal with key") as refused:
        signal_of(engine.store, key - 1 if older else key + 1)
    assert refused.value.type is RejectionType.NOT_FOUND
