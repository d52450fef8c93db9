"""Several definitions in one event: what they may be."""

from __future__ import annotations

import pytest

from counterflow.bpmn.rules.multiple_event import RULE
from counterflow.documents.findings import Finding
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    definitions,
    element,
    end,
    escalated,
    escalation,
    message,
    path,
    process,
    reading,
    service,
    signal,
    signalled,
    start,
    throw,
    timer,
)

TERMINATE = element("terminateEventDefinition")
LINK = element("linkEventDefinition", name="there")


def model(*inside: str) -> bytes:
    named = (signal("go"), escalation("A"), element("error", id="error_A", errorCode="A"))
    return definitions(process(*inside), *named, message("paid"), message("packed"))


def errors(drawn: bytes) -> list[Finding]:
    return list(reading(drawn).errors)


def around(*elements: str) -> bytes:
    return model(start(), *elements, end(), path("start", "event", "end"))


def on_border(*definitions: str, **attributes: str | None) -> bytes:
    event = boundary("event", "work", *definitions, **attributes)
    return model(
        start(), service("work"), event, end(), end("out"), path("start", "work", "end"), path("event", "out")
    )


@pytest.mark.parametrize(
    "accepted",
    [
        around(catch("event", catch_message("paid") + timer() + signalled("go"))),
        around(catch("event", catch_message("paid") + timer(), parallelMultiple="true")),
        around(throw("event", signalled("go") + escalated("A"))),
        model(start(), end("event", catch_error("A"), signalled("go")), path("start", "event")),
        model(start(), end("event", TERMINATE, signalled("go")), path("start", "event")),
        on_border(catch_error("A"), timer()),
        model(start("event", catch_message("paid"), signalled("go")), end(), path("event", "end")),
        model(
            start("event", catch_message("paid"), catch_message("packed"), parallelMultiple="true"),
            end(),
            path("event", "end"),
        ),
    ],
)
def test_several_events_may_be_one(accepted: bytes) -> None:
    assert errors(accepted) == []


@pytest.mark.parametrize(
    "drawn, said",
    [
        (on_border(compensate(), timer()), "one of them is a compensation, which stands alone"),
        (around(throw("event", LINK, signalled("go"))), "one of them is a link, which stands alone"),
        (
            on_border(catch_error("A"), timer(), parallelMultiple="true"),
            "to be waited for, found an error, which is caught",
        ),
        (
            model(
                start("event", catch_message("paid"), signalled("go"), parallelMultiple="true"),
                end(),
                path("event", "end"),
            ),
            "to be messages, found a signal",
        ),
        (
            model(start(), end("event", catch_error("A"), TERMINATE), path("start", "event")),
            "to end its scope, found error and terminate",
        ),
    ],
)
def test_what_cannot_be_one_of_several(drawn: bytes, said: str) -> None:
    (finding,) = [finding for finding in errors(drawn) if finding.rule == RULE]
    assert said in finding.message
    assert finding.element_id == "event"


def test_what_is_executed_nowhere_there_is_told_by_its_own_rule() -> None:
    (finding,) = errors(around(catch("event", timer() + catch_error("A"))))
    assert finding.rule == "unsupported-element"
    assert "intermediateCatchEvent 'event' with errorEventDefinition" in finding.message


def test_all_of_several_are_not_thrown_together() -> None:
    (finding,) = errors(around(throw("event", signalled("go"), escalated("A"), parallelMultiple="true")))
    assert finding.remedy == "Remove parallelMultiple: each of the events is thrown."


def test_what_its_parts_have_in_common_is_told_once() -> None:
    drawn = around(catch("event", catch_message("paid") + catch_message("paid"), parallelMultiple="true"))
    assert [finding.rule for finding in errors(drawn)] == ["named-catch"]
