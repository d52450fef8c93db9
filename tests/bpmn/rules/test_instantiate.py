"""The rule `instantiate`: what begins instances stands where they begin."""

from counterflow.bpmn.rules import correlation_key, named_catch, process_start, start_event, unreachable
from counterflow.bpmn.rules.instantiate import RULE
from counterflow.model.events import MessageDefinition
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    element,
    end,
    extensions,
    flow,
    gateway,
    model,
    path,
    reading,
    receive,
    refused,
    service,
    start,
    timer,
    undo,
    warned,
)

EACH = element(
    "multiInstanceLoopCharacteristics",
    extensions(element("zeebe:loopCharacteristics", inputCollection="= items")),
)


def beginning(*inside: str, task: str = receive("asked", instantiate="true")) -> bytes:
    return model(task, end(), path("asked", "end"), *inside)


def both(kind: str, *events: str) -> bytes:
    mark = gateway("g", kind="eventBased", instantiate="true", eventGatewayType=kind)
    names = ("one", "two")
    return model(mark, end(), *events, *(path("g", name, "end") for name in names))


def test_a_task_that_nothing_leads_to_begins_instances() -> None:
    (process,) = reading(beginning()).processes
    assert (process.root.start_event, process.root.event_starts) == (None, ("asked",))
    assert process.nodes["asked"].event == MessageDefinition("order")
    for rule in (RULE, start_event.RULE, unreachable.RULE, correlation_key.RULE):
        assert refused(beginning(), rule) == warned(beginning(), rule) == []


def test_elsewhere_it_waits_as_any_other() -> None:
    led_to = model(start(), receive("asked", instantiate="true"), end(), path("start", "asked", "end"))
    inside = element(
        "subProcess", start("s"), receive("asked", instantiate="true"), end("e"), path("s", "e"), id="inner"
    )
    inner = model(start(), inside, end(), path("start", "inner", "end"))
    assert warned(led_to, RULE) == warned(inner, RULE) == ["asked"]
    assert reading(led_to).processes[0].root.event_starts == ()


def test_a_gateway_that_a_flow_leads_to_waits_as_any_other() -> None:
    events = (catch("one", timer()), catch("two", catch_message("order")))
    mark = gateway("g", kind="eventBased", instantiate="true")
    led_to = model(
        start(), mark, end(), *events, path("start", "g"), path("g", "one", "end"), path("g", "two", "end")
    )
    assert warned(led_to, RULE) == ["g"]
    assert reading(led_to).processes[0].root.event_starts == ()


def test_it_is_done_once_and_nothing_on_its_border_comes() -> None:
    assert refused(beginning(task=receive("asked", "order", EACH, instantiate="true")), RULE) == ["asked"]
    assert refused(beginning(boundary("failed", "asked", catch_error()), flow("failed", "end")), RULE) == [
        "failed"
    ]
    undone = (undo("asked", by="handler"), service("handler", isForCompensation="true"))
    assert refused(beginning(*undone), RULE) == []


def test_two_that_begin_by_one_message_are_refused() -> None:
    twice = beginning(receive("again", instantiate="true"), flow("again", "end"))
    assert refused(twice, named_catch.RULE) == ["again"]
    events = (catch("one", catch_message("order")), catch("two", catch_message("order")))
    assert refused(both("Exclusive", *events), named_catch.RULE) == ["two"]


def test_what_has_to_come_beside_the_first_has_a_key() -> None:
    events = (catch("one", catch_message("order")), catch("two", catch_message("payment")))
    (every,), (any_of,) = (reading(both(kind, *events)).processes for kind in ("Parallel", "Exclusive"))
    keys = [
        getattr(process.nodes["two"].event, "correlation_key", None) is not None
        for process in (every, any_of)
    ]
    assert keys == [True, False]
    assert every.root.event_starts == any_of.root.event_starts == ("one", "two")
    assert (every.nodes["g"].all_have_to_come, any_of.nodes["g"].all_have_to_come) == (True, False)
    assert refused(both("Parallel", *events), process_start.RULE) == []
