"""Timers and messages in the graph: who waits for what, in every place where an event may stand (both
dialects alike).
"""

from collections.abc import Callable

import pytest

from counterflow.feel import Expression
from counterflow.model.events import (
    CatchDefinition,
    ConditionalDefinition,
    MessageDefinition,
    SignalDefinition,
    TimerDefinition,
    TimerKind,
)
from counterflow.model.graph import Behaviour, JobDefinition, Node
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    element,
    end,
    event_sub_process,
    extensions,
    flow,
    gateway,
    handler,
    model,
    node,
    only_process,
    path,
    receive,
    service,
    start,
    sub_process,
    throw,
    timer,
    undo,
)

LATER = (end("later"), path("event", "later"))
INNER = (start("in"), service("inner"), end("out"), path("in", "inner", "out"))


def between(it: str, *more: str) -> bytes:
    """start → a → end, and more."""
    return model(start(), it, end(), path("start", "a", "end"), *more)


def told(definition: CatchDefinition | None) -> tuple[object, ...]:
    """A definition with its expressions as text."""
    match definition:
        case TimerDefinition(kind, expression):
            return kind, expression.text
        case SignalDefinition(name):
            return ("signal", name if isinstance(name, str) else name.text)
        case ConditionalDefinition(condition, names):
            return ("condition", condition.text, names)
        case MessageDefinition(name, key):
            return f"={name.text}" if isinstance(
                name, Expression
            ) else name, key.text if key is not None else None
        case None:
            return ()


def event_of(one: Node) -> tuple[object, ...]:
    assert isinstance(one.event, TimerDefinition | MessageDefinition | None)
    return told(one.event)


@pytest.mark.parametrize(
    "definition, expected",
    [
        (timer("timeDate", "2030-01-01T09:00:00Z"), (TimerKind.DATE, '"2030-01-01T09:00:00Z"')),
        (timer("timeDuration", " PT15M "), (TimerKind.DURATION, '"PT15M"')),
        (timer("timeDuration", "= wait"), (TimerKind.DURATION, "wait")),
        (catch_message("order"), ("order", "key")),
    ],
)
def test_a_catch_event_waits_for_itself(definition: str, expected: tuple[object, ...]) -> None:
    one = node(between(catch("a", definition)), "a")
    assert (one.behaviour, event_of(one), one.waits_for) == (Behaviour.CATCH_EVENT, expected, ("a",))


def test_a_receive_task_waits_for_its_message_and_for_what_is_on_its_border() -> None:
    on_border = (boundary("event", "a", timer()), end("later", compensate()), path("event", "later"))
    one = node(between(receive("a"), *on_border, undo("a", by="b"), handler("b")), "a")
    assert (one.behaviour, event_of(one)) == (Behaviour.CATCH_EVENT, ("order", "key"))
    assert (one.waits_for, one.boundary_events) == (("a", "event"), ("event",))


@pytest.mark.parametrize(
    "cancels, interrupting", [(None, True), ("true", True), ("false", False), ("0", False)]
)
@pytest.mark.parametrize("definition", [timer(), catch_message("order")])
def test_boundary_events_wait_with_their_activity(
    definition: str, cancels: str | None, interrupting: bool
) -> None:
    process = only_process(
        between(service("a"), boundary("event", "a", definition, cancelActivity=cancels), *LATER)
    )
    assert process.nodes["a"].waits_for == ("event",)
    event = process.nodes["event"]
    assert (event.behaviour, event.attached_to, event.interrupting, event.waits_for) == (
        Behaviour.BOUNDARY_EVENT,
        "a",
        interrupting,
        (),
    )


@pytest.mark.parametrize("interrupts, interrupting", [(None, True), ("false", False)])
@pytest.mark.parametrize("definition", [timer(), catch_message("order")])
def test_starts_of_event_sub_processes_wait_with_the_scope_around(
    definition: str, interrupts: str | None, interrupting: bool
) -> None:
    esp = event_sub_process("esp", start("event", definition, isInterrupting=interrupts), *LATER)
    caught = event_sub_process(
        "other", start("failed", catch_error("A")), end("done"), path("failed", "done")
    )
    process = only_process(
        between(
            sub_process("a", *INNER, esp, caught), boundary("late", "a", timer()), end("x"), path("late", "x")
        )
    )
    assert process.nodes["a"].waits_for == ("late", "event")
    assert (process.nodes["esp"].start_event, process.nodes["esp"].waits_for) == ("event", ())
    assert process.nodes["event"].interrupting == interrupting
    assert process.root.waits_for == ()


def test_an_event_sub_process_of_the_process_waits_with_the_instance() -> None:
    esp = event_sub_process(
        "esp", start("event", timer("timeCycle", "R3/PT10S"), isInterrupting="false"), *LATER
    )
    process = only_process(between(service("a"), esp))
    assert process.root.waits_for == ("event",)
    assert event_of(process.nodes["event"]) == (TimerKind.CYCLE, '"R3/PT10S"')


def test_an_event_based_gateway_waits_for_what_follows() -> None:
    following = (
        catch("late", timer()),
        receive("paid", "payment"),
        catch("event", catch_message("order")),
        *LATER,
    )
    ways = (
        flow("a", "late"),
        flow("a", "paid"),
        flow("a", "event"),
        path("late", "later"),
        path("paid", "later"),
    )
    process = only_process(
        model(start(), gateway("a", kind="eventBased"), path("start", "a"), *following, *ways)
    )
    assert (process.nodes["a"].behaviour, process.nodes["a"].waits_for) == (
        Behaviour.EVENT_BASED_GATEWAY,
        ("late", "paid", "event"),
    )
    assert process.nodes["late"].behaviour is Behaviour.CATCH_EVENT


def test_events_that_begin_instances_are_not_waited_for_by_one() -> None:
    waiting = (start("daily", timer("timeCycle", "R/P1D")), start("ordered", catch_message("order")))
    process = only_process(model(*waiting, end(), path("daily", "end"), path("ordered", "end")))
    assert (process.root.start_event, process.root.event_starts, process.root.waits_for) == (
        None,
        ("daily", "ordered"),
        (),
    )
    assert event_of(process.nodes["ordered"]) == ("order", None)


def test_beside_them_a_process_may_begin_by_command() -> None:
    process = only_process(
        model(
            start("daily", timer("timeCycle", "R/P1D")),
            start(),
            end(),
            path("daily", "end"),
            path("start", "end"),
        )
    )
    assert (process.root.start_event, process.root.event_starts) == ("start", ("daily",))


@pytest.mark.parametrize("throwing", [throw, end])
def test_a_message_is_thrown_by_a_job(throwing: Callable[..., str]) -> None:
    work = extensions(element("zeebe:taskDefinition", type="tell"))
    inside = throwing("a", work, catch_message("order"))
    content = between(inside) if throwing is throw else model(start(), inside, path("start", "a"))
    one = node(content, "a")
    assert isinstance(one.work, JobDefinition)
    assert (one.behaviour, one.work.type, one.event, one.waits_for) == (Behaviour.JOB_TASK, "tell", None, ())


def test_compensation_is_not_waited_for() -> None:
    undoing = event_sub_process(
        "esp", start("esp_in", compensate()), end("esp_out"), path("esp_in", "esp_out")
    )
    assert node(between(sub_process("a", *INNER, undoing)), "a").waits_for == ()
