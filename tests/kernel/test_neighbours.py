"""Every pair of neighbours that can meet: one behind the other on a flow, one inside the other, and an event on
the border of what it is attached to. Each pair is played once, with a restart between its two, to the end.

What a room does not need to know of those beside it, it gets right beside each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from counterflow import kernel
from counterflow.kernel.course.moves import ElementActivating
from counterflow.kernel.lives.user_task_commands import CompleteUserTask
from counterflow.kernel.rows import Incident, Job, UserTask
from counterflow.testing import Engine
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    conditional,
    definitions,
    element,
    end,
    escalated,
    escalation,
    event_sub_process,
    extensions,
    flow,
    gateway,
    message,
    path,
    process,
    receive,
    service,
    signal,
    signalled,
    start,
    sub_process,
    throw,
    timer,
)

Piece = Callable[[str], str]
"""Draws what stands under this id; what it goes on from is the id itself, or the id with `-out` behind it."""

ROUNDS = 12


def _inside(scope: str, *others: str, **attributes: str | None) -> str:
    return sub_process(
        scope,
        *others,
        start(f"{scope}-in"),
        service(f"{scope}-work"),
        end(f"{scope}-end"),
        path(f"{scope}-in", f"{scope}-work", f"{scope}-end"),
        **attributes,
    )


def _ad_hoc(scope: str, **attributes: str | None) -> str:
    begun = element("zeebe:adHoc", activeElementsCollection=f'= ["{scope}-a", "{scope}-b"]')
    inside = (service(f"{scope}-a"), service(f"{scope}-b"))
    return element("adHocSubProcess", extensions(begun), *inside, id=scope, **attributes)


def _many(how: str) -> str:
    items = element("zeebe:loopCharacteristics", inputCollection="= [1, 2]")
    return element("multiInstanceLoopCharacteristics", extensions(items), isSequential=how)


def _with(tag: str, key: str, *extension: str, inside: str = "") -> str:
    return element(tag, extensions(*extension), inside, id=key)


def _several(key: str, tag: str, *definitions: str, **attributes: str | None) -> str:
    return element(tag, *definitions, id=key, **attributes)


def _raced(key: str) -> str:
    """An event-based gateway, its events, and where their ways meet."""
    events = (catch(f"{key}-timer", timer()), catch(f"{key}-message", catch_message("order")))
    flows = (path(key, f"{key}-timer", f"{key}-out"), path(key, f"{key}-message", f"{key}-out"))
    return "".join((gateway(key, "eventBased"), *events, gateway(f"{key}-out"), *flows))


def _linked(key: str) -> str:
    link = element("linkEventDefinition", name=key)
    return throw(key, link) + catch(f"{key}-out", link)


def _gateway(kind: str) -> Piece:
    return lambda key: gateway(key, kind)


def _catching(caught: str) -> Piece:
    return lambda key: catch(key, caught)


WORK = element("zeebe:taskDefinition", type="work")
WAITING: Mapping[str, Piece] = {
    "serviceTask": service,
    "userTask": lambda key: _with("userTask", key, element("zeebe:userTask")),
    "receiveTask": lambda key: receive(key, "payment"),
    "subProcess": _inside,
    "transaction": lambda key: (
        _inside(key).replace("<subProcess", "<transaction", 1)[: -len("</subProcess>")] + "</transaction>"
    ),
    "adHocSubProcess": _ad_hoc,
    "adHocSubProcess in turn": lambda key: _ad_hoc(key, ordering="Sequential"),
    "callActivity": lambda key: _with(
        "callActivity", key, element("zeebe:calledElement", processId="called")
    ),
    "many at once": lambda key: _with("serviceTask", key, WORK, inside=_many("false")),
    "many in turn": lambda key: _with("serviceTask", key, WORK, inside=_many("true")),
    "standard loop": lambda key: _with(
        "serviceTask", key, WORK, inside=element("standardLoopCharacteristics", loopMaximum="2")
    ),
}
"""What something can be attached to, and an event on its border can come before it has ended."""

CATCHES: Mapping[str, str] = {
    "timer": timer(),
    "message": catch_message("order"),
    "signal": signalled("bell"),
    "condition": conditional(),
    "multiple": timer() + signalled("bell"),
}

BETWEEN: Mapping[str, Piece] = {
    **WAITING,
    "task": lambda key: element("task", id=key),
    "manualTask": lambda key: element("manualTask", id=key),
    "scriptTask": lambda key: _with(
        "scriptTask", key, element("zeebe:script", expression="= 1 + 1", resultVariable="two")
    ),
    "businessRuleTask": lambda key: _with("businessRuleTask", key, WORK),
    "sendTask": lambda key: _with("sendTask", key, WORK),
    **{f"{kind}Gateway": _gateway(kind) for kind in ("exclusive", "parallel", "inclusive", "complex")},
    "eventBasedGateway": _raced,
    **{f"catch {kind}": _catching(caught) for kind, caught in CATCHES.items()},
    "catch all": lambda key: _several(
        key, "intermediateCatchEvent", timer(), signalled("bell"), parallelMultiple="true"
    ),
    "throw none": throw,
    "throw message": lambda key: element(
        "intermediateThrowEvent", extensions(WORK), catch_message("order"), id=key
    ),
    "throw signal": lambda key: throw(key, signalled("bell")),
    "throw escalation": lambda key: throw(key, escalated("A")),
    "throw compensation": lambda key: throw(key, compensate()),
    "throw several": lambda key: throw(key, signalled("bell"), escalated("A")),
    "link": _linked,
}
"""What a flow leads to and goes on from."""

LAST: Mapping[str, Piece] = {
    "end": end,
    "end message": lambda key: element("endEvent", extensions(WORK), catch_message("order"), id=key),
    "end signal": lambda key: end(key, signalled("bell")),
    "end escalation": lambda key: end(key, escalated("A")),
    "end compensation": lambda key: end(key, compensate()),
    "end terminate": lambda key: end(key, element("terminateEventDefinition")),
    "end several": lambda key: end(key, signalled("bell"), escalated("A")),
}
"""What a flow leads to and ends at."""


def _file(*inside: str) -> bytes:
    called = process(
        start("called-in"), service("called-work"), end("called-end"),
        path("called-in", "called-work", "called-end"), process_id="called",
    )  # fmt: skip
    return definitions(
        process(*inside), called, message("order"), message("payment"), signal("bell"), escalation("A"),
        element("error", id="error_A", errorCode="A"),
    )  # fmt: skip


def _out(drawn: str, key: str) -> str:
    return f"{key}-out" if f'id="{key}-out"' in drawn else key


def _play(content: bytes, *, comes_first: bool = False) -> list[str]:
    """Begin, restart, and let come and do all that is waited for; answers what was entered, in order."""
    engine = Engine()
    engine.deploy_contents({"model.bpmn": content})
    key = engine.start("process", {"key": "k", "x": 0})
    engine.restart()
    if comes_first:
        _let_come(engine, key)
    for _ in range(ROUNDS):
        if engine.is_completed(key):
            break
        for job in engine.store.scan(Job, {}):
            if engine.store.get(Job, (job.key,)) is not None:
                engine.complete(job.key)
        for task in engine.store.scan(UserTask, {}):
            engine.run(CompleteUserTask(user_task_key=task.key, variables={}))
        engine.publish("payment", "k")
        if not engine.is_completed(key):
            _let_come(engine, key)
    assert engine.is_completed(key), engine.why(key)
    assert not engine.store.scan(Incident, {})
    events = (event for entry in engine.log for event in kernel.events_of(entry))
    return [event.element_id for event in events if isinstance(event, ElementActivating)]


def _let_come(engine: Engine, key: int) -> None:
    engine.publish("order", "k")
    engine.broadcast("bell")
    if not engine.is_completed(key):
        engine.set_variables(key, {"x": engine.variables(key)["x"] + 2})
    engine.advance(minutes=1)


@pytest.mark.parametrize("first", BETWEEN)
def test_one_follows_the_other(first: str) -> None:
    before = BETWEEN[first]("one")
    for name, piece in {**BETWEEN, **LAST}.items():
        after = piece("two")
        ends = name in LAST
        flows = path("start", "one") + flow(_out(before, "one"), "two")
        flows += "" if ends else flow(_out(after, "two"), "end")
        entered = _play(_file(start(), before, after, *([] if ends else [end()]), flows))
        once = [key for key in entered if key in {"one", "two"}]
        assert once == sorted(once), name
        assert {"one", "two"} <= set(entered), name
        assert ends or entered.count("end") == 1, name


SCOPES: Mapping[str, Callable[[str, str], str]] = {
    "subProcess": lambda inside, _: sub_process("scope", inside),
    "transaction": lambda inside, _: element("transaction", inside, id="scope"),
    "event sub-process": lambda inside, _: _inside("scope", event_sub_process("beside", inside)),
    "many sub-processes": lambda inside, _: sub_process("scope", inside, _many("false")),
    "sub-processes in turn": lambda inside, _: sub_process("scope", inside, _many("true")),
    "adHocSubProcess": lambda _, piece: element(
        "adHocSubProcess",
        extensions(element("zeebe:adHoc", activeElementsCollection='= ["first"]')),
        element("task", id="first"),
        piece,
        flow("first", "two"),
        id="scope",
    ),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_one_is_inside_the_other(scope: str) -> None:
    for name, piece in {**BETWEEN, **LAST}.items():
        drawn, ends = piece("two"), name in LAST
        if ends and scope == "adHocSubProcess":
            continue
        begins = (
            element("startEvent", timer(), id="in", isInterrupting="false")
            if scope == "event sub-process"
            else start("in")
        )
        inside = (
            begins
            + drawn
            + path("in", "two")
            + ("" if ends else end("last") + flow(_out(drawn, "two"), "last"))
        )
        content = _file(start(), SCOPES[scope](inside, drawn), end(), path("start", "scope", "end"))
        entered = _play(content, comes_first=True)
        assert "two" in entered, name
        assert entered.count("end") == 1, name


@pytest.mark.parametrize("host", WAITING)
def test_one_is_on_the_border_of_the_other(host: str) -> None:
    caught = {**CATCHES, "all": timer() + signalled("bell")}
    for name, definition in caught.items():
        for interrupting in ("true", "false"):
            border = boundary(
                "border", "one", definition,
                cancelActivity=interrupting, parallelMultiple="true" if name == "all" else None,
            )  # fmt: skip
            drawn = (start(), WAITING[host]("one"), border, end(), end("over"))
            entered = _play(
                _file(*drawn, path("start", "one", "end"), path("border", "over")), comes_first=True
            )
            assert "border" in entered, (name, interrupting)
            assert ("end" in entered) is (interrupting == "false"), (name, interrupting)


THROWS = {"escalation": (escalated("A"), escalated("A")), "error": (catch_error("A"), catch_error("A"))}


@pytest.mark.parametrize("kind", THROWS)
@pytest.mark.parametrize("host", ["subProcess", "transaction", "many sub-processes", "sub-processes in turn"])
def test_what_is_thrown_inside_is_caught_on_the_border(host: str, kind: str) -> None:
    thrown, caught = THROWS[kind]
    inside = start("in") + end("two", thrown) + path("in", "two")
    drawn = (SCOPES[host](inside, ""), boundary("border", "scope", caught), end(), end("over"))
    flows = (path("start", "scope", "end"), path("border", "over"))
    entered = _play(_file(start(), *drawn, *flows))
    assert "border" in entered
    assert "end" not in entered
