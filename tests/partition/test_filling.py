"""What is filled in from the log of an older version, also where a log is not whole."""

from __future__ import annotations

from counterflow.kernel.ended import EndedElement, EndedJob, Unfilled
from counterflow.kernel.rows import ProcessInstance
from counterflow.partition.filling import fill
from counterflow.store.memory import MemoryStore
from counterflow.store.port import Batch
from counterflow.testing import Engine
from tests.bpmn.diagram import end, model, path, service, start

ONE_TASK = model(start(), service("work"), end(), path("start", "work", "end"))


def ended_instances(count: int) -> tuple[MemoryStore, list[int]]:
    """A store of instances that have ended, without what became of their elements and jobs."""
    with Engine() as engine:
        engine.deploy_contents({"process.bpmn": ONE_TASK})
        keys = [engine.start("process") for _ in range(count)]
        for _ in keys:
            engine.complete("work")
        log = list(engine.store.read_log())
        instances = engine.store.scan(ProcessInstance, {})
    store = MemoryStore()
    store.commit(Batch({ProcessInstance: list(instances), Unfilled: [Unfilled(1, 0)]}, {}, log))
    return store, keys


def test_an_instance_whose_log_lacks_an_event_is_left_out_and_the_others_are_filled_in() -> None:
    store, (broken, whole) = ended_instances(2)
    first = next(iter(store.read_log(process_instance_key=broken)))
    del store._log[first.position]
    fill(store)
    assert store.get(Unfilled, (1,)) is None
    assert {row.process_instance_key for row in store.scan(EndedElement, {})} == {whole}
    assert {row.process_instance_key for row in store.scan(EndedJob, {})} == {whole}
