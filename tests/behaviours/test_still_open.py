"""What a trace says is open: whatever is in the store, and what nothing would wake."""

from __future__ import annotations

from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import Job
from counterflow.store.port import Batch
from counterflow.testing import Engine
from tests.behaviours.script import BOOK
from tests.behaviours.trace import Tracer


def begun() -> tuple[Engine, int]:
    """An engine with an instance whose job waits for a worker, and its key."""
    engine = Engine()
    engine.deploy(BOOK / "jobs" / "activate.bpmn")
    return engine, engine.start("activate")


def still_open(engine: Engine) -> list[str]:
    """The last lines of the trace of what the engine has done so far."""
    tracer = Tracer()
    tracer.render(engine.log)
    return tracer.still_open(engine.store)


def test_a_job_and_its_state() -> None:
    engine, _ = begun()
    assert still_open(engine) == ["open: job of pack"]
    engine.activate("pack")
    assert still_open(engine) == ["open: job of pack, activated, due +300s"]
    engine.complete("pack")
    assert still_open(engine) == ["open: nothing"]


def test_an_instance_that_is_set_aside() -> None:
    engine, key = begun()
    engine.run(QuarantineInstance(process_instance_key=key, reason="odd"))
    assert still_open(engine) == ["open: job of pack", "open: quarantine of activate"]


def test_what_nothing_would_wake_is_named() -> None:
    engine, _ = begun()
    engine.store.commit(Batch({}, {Job: [(engine.job("pack").key,)]}, []))
    assert still_open(engine) == ["open: pack, activated"]
