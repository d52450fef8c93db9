"""Bad calls of every verb: what comes out is what `engine/verbs.py` promises, in words, with nothing changed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterflow import Engine, NothingThere, Rejection
from counterflow.engine.verbs import Verbs

TOO_LARGE = 2**80
HALF = "\ud800"
"""Half of a surrogate pair: Python has it in texts, UTF-8 has not."""

Call = Callable[[Engine], Awaitable[Any]]
BAD_CALLS: list[tuple[str, Call, type[Exception], str]] = [
    ("deploy", lambda e: e.deploy(), Rejection, "at least one resource"),
    ("deploy", lambda e: e.deploy("gone.bpmn"), FileNotFoundError, "Expected a BPMN, DMN or form file"),
    ("deploy_contents", lambda e: e.deploy_contents({"a.bpmn": b"<a"}), Rejection, "a.bpmn"),
    ("deploy_contents", lambda e: e.deploy_contents({"a.txt": b""}), Rejection, "a name that ends in"),
    ("evaluate", lambda e: e.evaluate(""), Rejection, "neither was given"),
    ("evaluate", lambda e: e.evaluate(7), Rejection, "no decision found for key"),
    ("evaluate", lambda e: e.evaluate(TOO_LARGE), Rejection, "64 bits"),
    ("start", lambda e: e.start(""), Rejection, "none of them was given"),
    ("start", lambda e: e.start("a", at=["b"] * 1_001), Rejection, "at most 1000 start instructions"),
    ("start", lambda e: e.start("a", version=TOO_LARGE), Rejection, "64 bits"),
    ("start", lambda e: e.start(HALF), Rejection, "Unicode"),
    ("end_of", lambda e: e.end_of(7), Rejection, "none was found"),
    ("cancel", lambda e: e.cancel(7), Rejection, "no such process was found"),
    ("set_variables", lambda e: e.set_variables(7, {}), Rejection, "no such element was found"),
    ("set_variables", lambda e: e.set_variables("", {}), NothingThere, "an active element"),
    ("publish", lambda e: e.publish(""), Rejection, "it is empty"),
    ("trigger", lambda e: e.trigger(7), Rejection, "no such element was found"),
    ("trigger", lambda e: e.trigger(""), NothingThere, "an active element"),
    ("broadcast", lambda e: e.broadcast(" "), Rejection, "it is empty"),
    ("broadcast", lambda e: e.broadcast(HALF), Rejection, "Unicode"),
    ("broadcast", lambda e: e.broadcast("a", 7), TypeError, "variables by name"),  # type: ignore[arg-type]  # the mistake under test
    ("delete", lambda e: e.delete(7), Rejection, "no such resource was found"),
    ("delete", lambda e: e.delete("7"), TypeError, "7"),  # type: ignore[arg-type]  # the mistake under test
    ("delete", lambda e: e.delete(7, cascade=1), TypeError, "cascade"),  # type: ignore[arg-type]  # the mistake under test
    ("correlate", lambda e: e.correlate(""), Rejection, "it is empty"),
    ("correlate", lambda e: e.correlate("a", "k"), Rejection, "somebody to wait for the message 'a'"),
    ("publish", lambda e: e.publish(HALF, "k", time_to_live=timedelta(1)), Rejection, "Unicode"),
    ("publish", lambda e: e.publish("a", "k", {HALF: 1}), Rejection, "Unicode"),
    ("publish", lambda e: e.publish("a", 42), TypeError, "the correlation key of a message"),  # type: ignore[arg-type]  # the mistake under test
    ("start", lambda e: e.start("a", "1"), TypeError, "found str"),  # type: ignore[arg-type]  # the mistake under test
    ("activate", lambda e: e.activate(" "), Rejection, "it is empty"),
    ("activate", lambda e: e.activate("a", timeout=timedelta()), Rejection, "at least 1 ms"),
    ("complete", lambda e: e.complete(7), Rejection, "no such job was found"),
    ("complete", lambda e: e.complete("a"), NothingThere, "an open job"),
    (
        "activate_activities",
        lambda e: e.activate_activities(7, ["a"]),
        Rejection,
        "no such element instance was found",
    ),
    ("activate_activities", lambda e: e.activate_activities("a", ["a"]), NothingThere, "an active element"),
    ("fail", lambda e: e.fail(7, retries=1), Rejection, "with key '7'"),
    (
        "fail",
        lambda e: e.fail(7, retries=-1),
        Rejection,
        "to be 0 or more, but found -1; 0 makes an incident",
    ),
    ("fail", lambda e: e.fail(7, retries="3"), TypeError, "^Expected the retries of a job, which is a whole"),  # type: ignore[arg-type]  # the mistake under test
    ("update_retries", lambda e: e.update_retries(7, "many"), TypeError, "^Expected the retries of a job"),  # type: ignore[arg-type]  # the mistake under test
    ("cancel", lambda e: e.cancel("abc"), TypeError, "^Expected a key, which is a whole .* found 'abc'$"),  # type: ignore[arg-type]  # the mistake under test
    ("start", lambda e: e.start(5), TypeError, "^Expected the id of a process, which is a text, .* 5$"),  # type: ignore[arg-type]  # the mistake under test
    ("start", lambda e: e.start("a", version="1"), TypeError, "^Expected the version of a process, which is"),  # type: ignore[arg-type]  # the mistake under test
    ("throw_error", lambda e: e.throw_error(7, 404), TypeError, "^Expected the code of an error, .* 404$"),  # type: ignore[arg-type]  # the mistake under test
    ("deploy", lambda e: e.deploy(["a", "b"]), TypeError, "^Expected the path of each file as an argument"),  # type: ignore[arg-type]  # the mistake under test
    ("fail", lambda e: e.fail("a", retries=1), NothingThere, "an open job"),
    ("throw_error", lambda e: e.throw_error(7, ""), Rejection, "no such job was found"),
    ("throw_error", lambda e: e.throw_error("a", "b"), NothingThere, "an open job"),
    ("update_retries", lambda e: e.update_retries(7, 0), Rejection, "positive amount"),
    ("update_retries", lambda e: e.update_retries("a", 1), NothingThere, "an open job"),
    ("update_retries", lambda e: e.update_retries(7, 2**31), Rejection, "at most 2147483647, but found"),
    ("fail", lambda e: e.fail(7, retries=2**31), Rejection, "at most 2147483647, but found 2147483648"),
    ("start", lambda e: e.start("a", version=-2), Rejection, "-1 for the latest, but found -2"),
    ("deploy", lambda e: e.deploy("a\0.bpmn"), Rejection, "which no file has"),
    ("deploy_contents", lambda e: e.deploy_contents({f"{HALF}.bpmn": b""}), Rejection, "surrogate pair"),
    ("resolve", lambda e: e.resolve(7), Rejection, "no such incident was found"),
    ("resolve", lambda e: e.resolve("a"), NothingThere, "an incident"),
    ("instances", lambda e: e.instances("a", "odd"), Rejection, "found 'odd'"),
    ("show", lambda e: e.show(7), Rejection, "none was found"),
    ("history", lambda e: e.history(7), Rejection, "none was found"),
    ("end_of", lambda e: e.end_of(TOO_LARGE), Rejection, "64 bits"),
    ("incidents", lambda e: e.incidents(TOO_LARGE), Rejection, "64 bits"),
    ("jobs", lambda e: e.jobs("a", TOO_LARGE), Rejection, "64 bits"),
    ("jobs", lambda e: e.jobs(HALF), Rejection, "Unicode"),
    ("show", lambda e: e.show("trip"), TypeError, "a whole number"),  # type: ignore[arg-type]  # the mistake under test
    ("jobs", lambda e: e.jobs("a", "trip"), TypeError, "a whole number"),  # type: ignore[arg-type]  # the mistake under test
    ("end_of", lambda e: e.end_of(7, 0.2), TypeError, "timedelta"),  # type: ignore[arg-type]  # the mistake under test
    ("publish", lambda e: e.publish("a", time_to_live=5), TypeError, "timedelta"),  # type: ignore[arg-type]  # the mistake under test
    ("start", lambda e: e.start("a", at="work"), TypeError, "ids of elements"),
    ("start", lambda e: e.start("a", {"x": float("nan")}), TypeError, "JSON has no number nan"),
    ("start", lambda e: e.start("a", {"x": [None, float("inf")]}), TypeError, "JSON has no number inf"),
    ("why", lambda e: e.why(7), Rejection, "none was found"),
    ("why", lambda e: e.why(TOO_LARGE), Rejection, "64 bits"),
    ("evaluate_conditional", lambda e: e.evaluate_conditional(definition_key=7), Rejection, "key '7'"),
    ("undo_plan", lambda e: e.undo_plan(7), Rejection, "none was found"),
    ("undo_plan", lambda e: e.undo_plan(TOO_LARGE), Rejection, "64 bits"),
    ("show", lambda e: e.show(TOO_LARGE), Rejection, "64 bits"),
    ("history", lambda e: e.history(TOO_LARGE), Rejection, "64 bits"),
    ("cancel", lambda e: e.cancel(TOO_LARGE), Rejection, "64 bits"),
    ("variables", lambda e: e.variables(TOO_LARGE), Rejection, "64 bits"),
    ("variables", lambda e: e.variables(7), Rejection, "active process instance or element instance"),
    ("incidents", lambda e: e.incidents(7), Rejection, "none was found"),
    ("jobs", lambda e: e.jobs("", 7), Rejection, "none was found"),
    ("instances", lambda e: e.instances("nobody"), Rejection, "id of a deployed process"),
    ("undo_plan", lambda e: e.undo_plan(7, "trip"), TypeError, "a whole number"),  # type: ignore[arg-type]  # the mistake under test
    ("activate", lambda e: e.activate("a", maximum=-1), Rejection, "at least 1 job"),
    ("modify", lambda e: e.modify(7, terminate=[8]), Rejection, "no such active process instance was found"),
    ("migrate", lambda e: e.migrate(7, 8), Rejection, "none was found"),
    ("plan_migration", lambda e: e.plan_migration(7, 8), Rejection, "none was found"),
    ("suspend", lambda e: e.suspend(7), Rejection, "found"),
    ("resume", lambda e: e.resume(7), Rejection, "found"),
    ("form", lambda e: e.form(7), Rejection, "found"),
    ("user_tasks", lambda e: e.user_tasks(process_instance_key=7), Rejection, "none was found"),
    ("user_task", lambda e: e.user_task(7), Rejection, "found"),
    ("claim", lambda e: e.claim(7, "anna"), Rejection, "no such user task is open"),
    ("assign", lambda e: e.assign(7, "anna"), Rejection, "no such user task is open"),
    ("unassign", lambda e: e.unassign(7), Rejection, "no such user task is open"),
    (
        "update_user_task",
        lambda e: e.update_user_task(7, priority=1),
        Rejection,
        "no such user task is open",
    ),
    ("complete_user_task", lambda e: e.complete_user_task(7), Rejection, "no such user task is open"),
    (
        "throw_user_task_error",
        lambda e: e.throw_user_task_error(7, "E"),
        Rejection,
        "no such user task is open",
    ),
    ("cancel", lambda e: e.cancel(2**63), Rejection, "64 bits"),
    ("complete", lambda e: e.complete(2**64 - 1), Rejection, "64 bits"),
    ("modify", lambda e: e.modify(2**63, terminate=[8]), Rejection, "64 bits"),
    ("suspend", lambda e: e.suspend(2**63), Rejection, "64 bits"),
    ("claim", lambda e: e.claim(2**63, "anna"), Rejection, "64 bits"),
    ("claim", lambda e: e.claim(7, " "), Rejection, "the assignee is empty"),
    ("deploy_contents", lambda e: e.deploy_contents({"a.bpmn": "<a/>"}), TypeError, "as bytes"),  # type: ignore[dict-item]  # the mistake under test
]
BY_HANDLERS = "worker"
"""It does nothing at once that could be refused."""


@pytest.mark.parametrize("verb, call, kind, words", BAD_CALLS)
async def test_a_bad_call_is_refused_as_the_verbs_promise(
    verb: str, call: Call, kind: type[Exception], words: str, tmp_path: Path
) -> None:
    async with Engine(f"sqlite:///{tmp_path / 'a.db'}") as engine:
        await engine.publish("before", "k", time_to_live=timedelta(days=1))
        before = await engine.history()
        with pytest.raises(kind, match=words) as refused:
            await call(engine)
        assert type(refused.value) is kind
        assert await engine.history() == before


def test_every_verb_is_called_badly() -> None:
    verbs = {name for kind in Verbs.__mro__[:-1] for name in vars(kind) if not name.startswith("_")}
    assert {verb for verb, *_ in BAD_CALLS} == verbs - {BY_HANDLERS}


WRONG: dict[str, list[object]] = {
    "int": [None, "7", 1.5, True, b"7", [], {}],
    "str": [None, 7, 1.5, True, b"a", [], {}],
    "int | str": [None, 1.5, True, b"a", [], {}],
    "str | int": [None, 1.5, True, b"a", [], {}],
    "bool": [None, 7, "a", [], {}],
    "timedelta": [None, 7, 1.5, "5s", [], {}],
    "timedelta | None": [7, 1.5, "5s", [], {}],
    "Variables": [7, "a", b"a", [1], 1.5],
    "Variables | None": [7, "a", b"a", [1], 1.5],
    "Mapping[str, bytes]": [None, 7, "a", b"a", []],
    "Sequence[str]": [None, 7, "a", b"a", [7]],
    "str | Path": [None, 7, 1.5, [], {}],
    "Activities": [None, 7, "a", b"a", [7], [("a", 7)], {"a": 7}],
    "Result | None": [7, "a", [], {}],
}
"""By what a parameter is declared as, values that are none of it."""
RIGHT: dict[str, Any] = {
    "int": 7,
    "str": "a",
    "int | str": 7,
    "str | int": 7,
    "Variables": {},
    "Mapping[str, bytes]": {},
    "Activities": [],
}


@pytest.mark.parametrize("verb", [name for name in vars(Verbs) if not name.startswith("_")])
async def test_what_is_of_another_kind_is_a_type_error_in_words(verb: str) -> None:
    parameters = list(inspect.signature(getattr(Verbs, verb)).parameters.values())[1:]
    async with Engine() as engine:
        for wrong in parameters:
            for value in WRONG[wrong.annotation]:
                positional, named = _given(parameters, wrong, value)
                with pytest.raises(TypeError, match=r"^Expected (?!what [A-Z])") as refused:
                    await _answer(getattr(engine, verb)(*positional, **named))
                assert "$." not in str(refused.value)


async def _answer(answer: object) -> object:
    return await answer if inspect.isawaitable(answer) else answer


def _given(
    parameters: Sequence[inspect.Parameter], wrong: inspect.Parameter, value: object
) -> tuple[list[object], dict[str, object]]:
    """Arguments that are right where they have to be given, but for one."""
    positional: list[object] = []
    named: dict[str, object] = {}
    for parameter in parameters:
        if parameter is not wrong and parameter.default is not parameter.empty:
            continue
        given = value if parameter is wrong else RIGHT[parameter.annotation]
        if parameter.kind is parameter.VAR_POSITIONAL:
            positional.append(given)
        else:
            named[parameter.name] = given
    return positional, named
