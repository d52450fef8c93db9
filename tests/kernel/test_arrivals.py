"""What an event does depends on where it stands: itself, on a border, inside a scope, behind a gateway."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import ElementInstance
from counterflow.kernel.work.incidents import ResolveIncident
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_message,
    element,
    end,
    event_sub_process,
    extensions,
    gateway,
    model,
    path,
    service,
    start,
    sub_process,
    timer,
)
from tests.kernel.bench import Bench, document

TOTAL = extensions(
    element("zeebe:ioMapping", element("zeebe:output", source="= amount + fee", target="total"))
)


def behind_gateway(*mapping: str) -> bytes:
    return model(
        *(
            start(),
            gateway("which", "eventBased"),
            catch("ordered", catch_message("order"), *mapping),
            catch("late", timer()),
        ),
        *(
            service("last", job="last"),
            end(),
            path("start", "which", "ordered", "last", "end"),
            path("which", "late", "end"),
        ),
    )


def by_itself(*mapping: str) -> bytes:
    return model(
        start(),
        catch("ordered", catch_message("order"), *mapping),
        service("last", job="last"),
        path("start", "ordered", "last"),
    )


def on_border(*mapping: str) -> bytes:
    return model(
        *(
            start(),
            service("work", job="work"),
            end(),
            boundary("ordered", "work", *mapping, catch_message("order")),
        ),
        *(service("last", job="last"), path("start", "work", "end"), path("ordered", "last")),
    )


def inside_scope(*mapping: str) -> bytes:
    begun = event_sub_process(
        "on-order",
        start("ordered", *mapping, catch_message("order")),
        service("last", job="last"),
        path("ordered", "last"),
    )
    return model(start(), service("work", job="work"), end(), begun, path("start", "work", "end"))


PLACES = (by_itself, behind_gateway, on_border, inside_scope)


def seen_by_last(bench: Bench) -> dict[str, bytes]:
    """The variables of the process, once the task behind the event is at work."""
    assert [job.type for job in bench.activate("last")] == ["last"]
    (instance,) = bench.state.instances.values()
    return dict(instance.variables[instance.key])


@pytest.mark.parametrize("place", PLACES)
def test_without_a_mapping_everything_goes_out(place: Callable[..., bytes]) -> None:
    bench = Bench(place())
    bench.create(key="k", fee=1)
    bench.publish("order", "k", amount=5, fee=2)
    assert seen_by_last(bench) == document(key="k", fee=2, amount=5)


@pytest.mark.parametrize("place", PLACES)
def test_a_mapping_alone_decides_what_goes_out(place: Callable[..., bytes]) -> None:
    bench = Bench(place(TOTAL))
    bench.create(key="k", fee=1)
    bench.publish("order", "k", amount=5)
    assert seen_by_last(bench) == document(key="k", fee=1, total=6)


@pytest.mark.parametrize("place", PLACES)
def test_a_mapping_that_fails_holds_the_event_with_what_it_brought(place: Callable[..., bytes]) -> None:
    bench = Bench(place(TOTAL.replace("amount + fee", "if fee = null then sum else amount + fee")))
    instance = bench.create(key="k")
    bench.publish("order", "k", amount=5)
    assert (bench.incident().error_type, bench.incident().element_id) == ("IO_MAPPING_ERROR", "ordered")
    bench.do(SetVariables(element_instance_key=instance.key, variables=document(fee=1)))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert seen_by_last(bench) == document(key="k", fee=1, total=6)


@pytest.mark.parametrize("interrupting, left", [("true", {"last"}), ("false", {"work", "last"})])
def test_on_a_border(interrupting: str, left: set[str]) -> None:
    cancel = f'cancelActivity="{interrupting}" attachedToRef'.encode()
    bench = Bench(on_border().replace(b"attachedToRef", cancel))
    instance = bench.create(key="k")
    bench.publish("order", "k")
    assert {row.element_id for row in bench.rows(ElementInstance) if row.key != instance.key} == left


def test_a_messages_own_key_may_come_from_the_message_before() -> None:
    twice = (catch("first", catch_message("order")), catch("second", catch_message("order")))
    bench = Bench(model(start(), *twice, end(), path("start", "first", "second", "end")))
    instance = bench.create(key="a")
    bench.publish("order", "a", key="b")
    bench.publish("order", "b")
    assert instance.header is not None
    assert instance.header.state == "completed"


def test_what_was_there_before_is_taken_when_the_element_is_at_work_not_before() -> None:
    inner = (start("begin"), service("work", job="work"), end("worked"), path("begin", "work", "worked"))
    stop = boundary("stop", "inside", catch_message("order"))
    bench = Bench(
        model(
            start(),
            sub_process("inside", *inner),
            stop,
            end(),
            end("stopped"),
            path("start", "inside", "end"),
            path("stop", "stopped"),
        )
    )
    bench.publish("order", "k", live_ms=1_000)
    instance = bench.create(key="k")
    assert instance.header is not None
    assert (instance.header.state, instance.jobs) == ("completed", {})
