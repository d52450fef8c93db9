"""The page of what runs is what the reader says today, leaves nothing out, and is true.

What is accepted is played.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from counterflow.bpmn.elements import ELEMENTS
from counterflow.bpmn.events.kinds import KINDS
from counterflow.kernel import events_of
from counterflow.kernel.course.moves import ElementActivating, FlowTaken
from counterflow.kernel.rows import Incident, Job
from counterflow.kernel.vocabulary import Rejection
from counterflow.testing import Engine
from scripts.what_runs.__main__ import PAGE
from scripts.what_runs.ask import Verdict, ask
from scripts.what_runs.dialects import ADDED
from scripts.what_runs.elements import SECTIONS
from scripts.what_runs.events import POSITIONS, PROOFS, TRIGGERS
from scripts.what_runs.page import page
from scripts.what_runs.words import DIALECTS, ERROR, KEY, MESSAGE, SECOND, SIGNAL, SUBJECT, Words

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CALLED = f'<definitions xmlns="{BPMN}" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="called" isExecutable="true"><extensionElements><zeebe:versionTag value="spring"/></extensionElements><startEvent id="s"/></process></definitions>'
DECIDED = """
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="d">
  <decision id="decided" name="decided"><variable name="decided"/><literalExpression><text>1</text></literalExpression></decision>
</definitions>
"""
TAGS = {
    "process start": "startEvent",
    "event sub-process": "startEvent",
    "event sub-process (not interrupting)": "startEvent",
    "catch": "intermediateCatchEvent",
    "boundary": "boundaryEvent",
    "boundary (not interrupting)": "boundaryEvent",
    "throw": "intermediateThrowEvent",
    "end": "endEvent",
}
DEFINITIONS = {
    "none": "",
    "compensation": "compensateEventDefinition",
    "multiple": "multiple",
    "parallel multiple": "parallelMultiple",
}
WITHOUT_MEANING = {
    ("compensation", "event sub-process (not interrupting)"),
    ("compensation", "boundary (not interrupting)"),
}
"""What undoes is neither interrupting nor not: the attribute says nothing (BPMN 2.0.2, 10.5.4)."""


class Played(NamedTuple):
    """A model that the page says something about: its name, the model, what shows that it has happened, and
    whether its work fails.
    """

    name: str
    model: bytes
    proof: str = SUBJECT
    fails: bool = False


def everything() -> Iterator[Played]:
    """Every model that the reader is asked about."""
    for words in DIALECTS:
        for place in POSITIONS:
            for trigger in sorted(place.triggers):
                proof = PROOFS.get((place.name, trigger), SUBJECT)
                yield Played(
                    f"{words.name} {trigger} {place.name}",
                    place.model(trigger, words),
                    proof,
                    trigger == "error",
                )
        for question in (question for section in SECTIONS for question in section.questions):
            yield Played(f"{words.name} {question.name}", question.model(words))
        for extension in ADDED[words]:
            yield Played(f"{words.name} {extension.name}", extension.model(words))


ACCEPTED = [one for one in everything() if ask(one.model).verdict in {Verdict.RUNS, Verdict.WARNED}]


def test_the_page_is_what_the_reader_says_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.what_runs"


def test_no_element_of_the_tables_is_left_out() -> None:
    asked = {question.tag for section in SECTIONS for question in section.questions} | set(TAGS.values())
    assert set(ELEMENTS) - asked == {"process"}


def test_no_event_of_the_tables_is_left_out() -> None:
    asked = {
        (TAGS[place.name], DEFINITIONS.get(trigger, f"{trigger}EventDefinition"))
        for place in POSITIONS
        for trigger in place.triggers
        if ask(place.model(trigger, DIALECTS[0])).verdict is Verdict.RUNS
    }
    assert {(tag, kind.definition) for kind in KINDS.values() for tag in kind.rooms} == asked


@pytest.mark.parametrize("words", DIALECTS, ids=[words.name for words in DIALECTS])
def test_nothing_runs_that_the_standard_does_not_have(words: Words) -> None:
    unknown = [
        (trigger, place) for place in POSITIONS for trigger in TRIGGERS if trigger not in place.triggers
    ]
    found = {
        (trigger, place.name)
        for trigger, place in unknown
        if ask(place.model(trigger, words)).verdict is not Verdict.REFUSED
    }
    assert found == WITHOUT_MEANING


@pytest.mark.parametrize("case", ACCEPTED, ids=[case.name for case in ACCEPTED])
def test_what_is_said_to_run_runs(case: Played) -> None:
    engine = Engine()
    engine.deploy_contents(
        {"called.bpmn": CALLED.encode(), "decided.dmn": DECIDED.encode(), "model.bpmn": case.model}
    )
    if not begins_by_itself(engine):
        engine.advance(minutes=2)
        engine.publish(MESSAGE, KEY, {KEY: KEY})
        engine.broadcast(SIGNAL)
        engine.evaluate_conditional({})
    for _ in range(10):
        if case.proof in reached(engine):
            break
        go_on(engine, fails=case.fails)
    assert case.proof in reached(engine)
    assert not engine.store.scan(Incident, {})


def begins_by_itself(engine: Engine) -> bool:
    """Start an instance, unless the process waits for a message or a timer to begin."""
    try:
        engine.start("process", {KEY: KEY, "subject": SUBJECT})
    except Rejection:
        return False
    return True


def go_on(engine: Engine, *, fails: bool) -> None:
    """Let come what is waited for, then do the work that is there, or fail at it."""
    engine.publish(MESSAGE, KEY)
    engine.publish(SECOND, KEY)
    engine.broadcast(SIGNAL)
    engine.advance(minutes=2)
    for job in engine.store.scan(Job, {}):
        if fails:
            engine.throw_error(job.key, ERROR)
        else:
            engine.complete(job.key)


def reached(engine: Engine) -> set[str]:
    """Elements that were entered and flows that were taken."""
    events = [event for entry in engine.log for event in events_of(entry)]
    entered = {event.element_id for event in events if isinstance(event, ElementActivating)}
    return entered | {event.flow_id for event in events if isinstance(event, FlowTaken)}
