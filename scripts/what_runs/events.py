"""Events: which of them the standard has, and a small model for each of them in each of its places.

BPMN 2.0.2, tables 10.84, 10.86, 10.89 and 10.93.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from scripts.what_runs.words import SUBJECT, Words, definition, element, file, path, work

TRIGGERS: Final = (
    "none", "message", "timer", "error", "escalation", "signal", "compensation", "conditional", "link",
    "cancel", "terminate", "multiple", "parallel multiple",
)  # fmt: skip
_SEVERAL: Final = frozenset({"multiple", "parallel multiple"})
_FROM_OUTSIDE: Final = frozenset({"message", "timer", "conditional", "signal", *_SEVERAL})

START: Final = '<startEvent id="start"/>'
BEGIN: Final = '<startEvent id="begin"/>'
"""The start of a process, and of a sub-process in it."""


def _definitions(trigger: str, words: Words, *, throws: bool = False) -> str:
    parts = {"none": (), "multiple": ("message", "signal"), "parallel multiple": ("message", "signal")}.get(
        trigger, (trigger,)
    )
    return "".join(definition(part, words, throws=throws) for part in parts)


def _subject(tag: str, trigger: str, words: Words, attributes: str = "") -> str:
    throws = tag in {"intermediateThrowEvent", "endEvent"}
    extension = words.job("send")[1] if throws and trigger in {"message", "multiple"} else ""
    parallel = 'parallelMultiple="true"' if trigger == "parallel multiple" else ""
    return element(
        tag, extension + _definitions(trigger, words, throws=throws), attributes=f"{attributes} {parallel}"
    )


def _end(key: str = "end") -> str:
    return f'<endEvent id="{key}"/>'


def _start(trigger: str, words: Words) -> str:
    """Of several that begin an instance together each is a message."""
    if trigger == "parallel multiple":
        both = definition("message", words) + '<messageEventDefinition id="d-second" messageRef="m2"/>'
        subject = element("startEvent", both, attributes='parallelMultiple="true"')
        return subject + _end() + path(SUBJECT, "end")
    return _subject("startEvent", trigger, words) + _end() + path(SUBJECT, "end")


def _event_sub_process(trigger: str, words: Words, attributes: str = "") -> str:
    """Compensation of a scope is thrown from around it; everything else comes while work is done in it."""
    inner = (
        _subject("startEvent", trigger, words, attributes)
        + work(words, "handle")
        + _end("handled")
        + path(SUBJECT, "handle", "handled")
    )
    event_sub_process = element("subProcess", inner, "inner", 'triggeredByEvent="true"')
    if trigger == "escalation":
        return START + _escalating(words, "tell") + _end() + path("start", "tell", "end") + event_sub_process
    if trigger != "compensation":
        return START + work(words) + _end() + path("start", "work", "end") + event_sub_process
    scope = element(
        "subProcess",
        BEGIN + work(words) + _end("done") + path("begin", "work", "done") + event_sub_process,
        "scope",
    )
    throw = element("intermediateThrowEvent", definition("compensation", words), "undo")
    return START + scope + throw + _end() + path("start", "scope", "undo", "end")


def _catch(trigger: str, words: Words) -> str:
    if trigger == "link":
        return _linked(
            _subject("intermediateCatchEvent", trigger, words),
            "intermediateThrowEvent",
            "from",
            SUBJECT,
            words,
        )
    return START + _subject("intermediateCatchEvent", trigger, words) + _end() + path("start", SUBJECT, "end")


def _throw(trigger: str, words: Words) -> str:
    if trigger == "link":
        return _linked(
            _subject("intermediateThrowEvent", trigger, words),
            "intermediateCatchEvent",
            SUBJECT,
            "to",
            words,
        )
    done = _undoable(words) if trigger == "compensation" else ""
    before = ("start", "work") if done else ("start",)
    return (
        START
        + done
        + _subject("intermediateThrowEvent", trigger, words)
        + _end()
        + path(*before, SUBJECT, "end")
    )


def _escalating(words: Words, key: str) -> str:
    """An event that tells those around it of something."""
    return element("intermediateThrowEvent", definition("escalation", words), key)


def _undoable(words: Words) -> str:
    """A task, and the one that undoes it."""
    event = element("boundaryEvent", definition("compensation", words), "on", 'attachedToRef="work"')
    joined = '<association id="a" sourceRef="on" targetRef="undo" associationDirection="One"/>'
    return work(words) + event + work(words, "undo", attributes='isForCompensation="true"') + joined


def _linked(subject: str, partner: str, source: str, target: str, words: Words) -> str:
    other = element(partner, definition("link", words), target if source == SUBJECT else source)
    return START + subject + other + _end() + path("start", source) + path(target, "end")


def _boundary(trigger: str, words: Words, attributes: str = "") -> str:
    on = f'attachedToRef="work" {attributes}'
    event = _subject("boundaryEvent", trigger, words, on)
    if trigger == "compensation":
        undone = work(words, "undo", attributes='isForCompensation="true"')
        joined = f'<association id="a" sourceRef="{SUBJECT}" targetRef="undo" associationDirection="One"/>'
        throw = element("endEvent", definition("compensation", words), "end")
        return START + work(words) + event + undone + joined + throw + path("start", "work", "end")
    host = work(words)
    if trigger == "cancel":
        inner = (
            BEGIN + element("endEvent", definition("cancel", words), "cancelled") + path("begin", "cancelled")
        )
        host = element("transaction", inner, "work")
    elif trigger == "escalation":
        inner = BEGIN + _escalating(words, "tell") + _end("told") + path("begin", "tell", "told")
        host = element("subProcess", inner, "work")
    return START + host + event + _end() + _end("late") + path("start", "work", "end") + path(SUBJECT, "late")


def _end_event(trigger: str, words: Words) -> str:
    """What is thrown upwards is thrown inside a scope that catches it."""
    subject = _subject("endEvent", trigger, words)
    if trigger == "compensation":
        return START + _undoable(words) + subject + path("start", "work", SUBJECT)
    if trigger not in {"error", "escalation", "cancel"}:
        return START + subject + path("start", SUBJECT)
    inner = BEGIN + subject + path("begin", SUBJECT)
    scope = element("transaction" if trigger == "cancel" else "subProcess", inner, "scope")
    caught = element("boundaryEvent", definition(trigger, words), "caught", 'attachedToRef="scope"')
    return (
        START
        + scope
        + caught
        + _end()
        + _end("late")
        + path("start", "scope", "end")
        + path("caught", "late")
    )


class Position(NamedTuple):
    """A place for events: its name, which triggers the standard has there, and the model of one."""

    name: str
    triggers: frozenset[str]
    inside: Callable[[str, Words], str]

    def model(self, trigger: str, words: Words) -> bytes:
        """A process about such an event."""
        return file(words, self.inside(trigger, words))


POSITIONS: Final = (
    Position("process start", frozenset({"none", *_FROM_OUTSIDE}), _start),
    Position(
        "event sub-process",
        frozenset({"error", "escalation", "compensation", *_FROM_OUTSIDE}),
        _event_sub_process,
    ),
    Position(
        "event sub-process (not interrupting)",
        frozenset({"escalation", *_FROM_OUTSIDE}),
        lambda trigger, words: _event_sub_process(trigger, words, 'isInterrupting="false"'),
    ),
    Position("catch", frozenset({"link", *_FROM_OUTSIDE}), _catch),
    Position(
        "boundary", frozenset({"error", "escalation", "compensation", "cancel", *_FROM_OUTSIDE}), _boundary
    ),
    Position(
        "boundary (not interrupting)",
        frozenset({"escalation", *_FROM_OUTSIDE}),
        lambda trigger, words: _boundary(trigger, words, 'cancelActivity="false"'),
    ),
    Position(
        "throw",
        frozenset({"none", "message", "escalation", "compensation", "link", "signal", "multiple"}),
        _throw,
    ),
    Position(
        "end",
        frozenset(
            {
                "none",
                "message",
                "error",
                "escalation",
                "compensation",
                "signal",
                "cancel",
                "terminate",
                "multiple",
            }
        ),
        _end_event,
    ),
)

PROOFS: Final[Mapping[tuple[str, str], str]] = {("boundary", "compensation"): "undo"}
"""The element that is entered when such an event has happened, where it is not the event itself."""
