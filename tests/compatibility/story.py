"""The story of the golden databases: instances left wherever one can be, and how each comes to its end.

`begin` is told by the version that makes a database, `finish` by every later one. So what `finish` relies on
stays: the elements of the model, and the order in which the instances of `PLACES` were begun.
"""

from __future__ import annotations

from datetime import timedelta

from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.rows import Job, ProcessInstance
from counterflow.testing import Engine
from tests.bpmn.diagram import (
    boundary,
    catch_message,
    compensate,
    element,
    end,
    extensions,
    handler,
    model,
    path,
    receive,
    service,
    start,
    throw,
    timer,
    undo,
)
from tests.bpmn.loops import gathering

SHIP = element(
    "serviceTask",
    extensions(element("zeebe:taskDefinition", type="ship")),
    gathering(sequential=True),
    id="ship",
)
ORDER = model(
    *(start(), service("book", job="book"), SHIP),
    *(receive("paid"), throw("take-back", compensate()), end(), handler("cancel"), undo("book", "cancel")),
    *(
        boundary("late", "book", timer(text="PT1H")),
        boundary("hint", "book", catch_message("payment"), cancelActivity="false"),
    ),
    *(end("gave-up"), end("told"), path("start", "book", "ship", "paid", "take-back", "end")),
    *(path("late", "gave-up"), path("hint", "told")),
    process_id="order",
)
PLACES = ("ended", "undoing", "waiting", "looping", "in trouble", "backing off", "cancelled", "set aside")
ITEMS = [7, 8]


def begin(engine: Engine) -> None:
    """An instance for each of `PLACES`, left there."""
    engine.deploy_contents({"order.bpmn": ORDER})
    keys = {}
    for place in PLACES:
        keys[place] = engine.start("order", {"key": place, "items": ITEMS, "room": {"number": 9}})
        if place in PLACES[:4]:
            done(engine, keys[place], "book", "ship")
        if place in PLACES[:3]:
            done(engine, keys[place], "ship")
        if place in PLACES[:2]:
            engine.publish("order", place, {"paid": True})
    done(engine, keys["ended"], "work")
    engine.fail(job_of(engine, keys["in trouble"], "book"), retries=0, message="no room")
    engine.fail(job_of(engine, keys["backing off"], "book"), retries=2, back_off=timedelta(seconds=10))
    engine.publish("order", "backing off", {"paid": True}, time_to_live=timedelta(days=1), message_id="once")
    engine.cancel(keys["cancelled"])
    engine.run(QuarantineInstance(process_instance_key=keys["set aside"], reason="a fault"))


def finish(engine: Engine) -> dict[str, str]:
    """Bring every instance to its end; answers the state of each."""
    keys = dict(zip(PLACES, (row.key for row in engine.store.scan(ProcessInstance, {})), strict=True))
    engine.advance(seconds=10)
    engine.update_retries(job_of(engine, keys["in trouble"], "book"), 3)
    engine.resolve("book")
    done(engine, keys["undoing"], "work")
    for place, jobs in (("waiting", ()), ("looping", ("ship",)), ("in trouble", ("book", "ship", "ship"))):
        done(engine, keys[place], *jobs)
        engine.publish("order", place, {"paid": True})
        done(engine, keys[place], "work")
    done(engine, keys["backing off"], "book", "ship", "ship", "work")
    engine.run(ReleaseInstance(process_instance_key=keys["set aside"]))
    engine.advance(hours=1)
    rows = {row.key: row for row in engine.store.scan(ProcessInstance, {})}
    return {place: rows[key].state for place, key in keys.items()}


def done(engine: Engine, instance_key: int, *job_types: str) -> None:
    """Complete jobs of an instance, one after another."""
    for job_type in job_types:
        engine.complete(job_of(engine, instance_key, job_type), {"result": job_type})


def job_of(engine: Engine, instance_key: int, job_type: str) -> int:
    """The key of an instance's only open job, which is of this type."""
    (job,) = engine.store.scan(Job, {"process_instance_key": instance_key})
    assert job.type == job_type
    return job.key
