"""What was set aside, and why."""

from __future__ import annotations

from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.queries.quarantine import list_quarantined
from counterflow.testing import EPOCH_MS
from tests.queries.models import TRIP, engine_with


def test_quarantined_instances_are_listed_with_their_reason() -> None:
    engine = engine_with(TRIP)
    first, second = engine.start("trip"), engine.start("trip")
    engine.run(QuarantineInstance(process_instance_key=first, reason="one"))
    engine.run(QuarantineInstance(process_instance_key=second, reason="two"))
    assert [(found.process_instance_key, found.reason) for found in list_quarantined(engine.store).items] == [
        (second, "two"),
        (first, "one"),
    ]
    newest = list_quarantined(engine.store, page_size=1).items[0]
    assert (newest.bpmn_process_id, newest.version, newest.quarantined_at_ms) == ("trip", 1, EPOCH_MS)


def test_a_released_instance_is_no_longer_listed() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.run(QuarantineInstance(process_instance_key=key, reason="one"))
    engine.run(ReleaseInstance(process_instance_key=key))
    assert list_quarantined(engine.store).items == []
