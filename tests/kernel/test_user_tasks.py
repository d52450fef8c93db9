"""User tasks in the kernel: what only one can do, what is bounded, and what older versions have left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from counterflow.kernel.rows import EndedUserTask, Incident, Job, UserTask, UserTaskCandidate
from counterflow.kernel.vocabulary import Rejection
from counterflow.testing import Engine
from tests.bpmn.diagram import element, end, extensions, model, path, start


def review(*inside: str, **attributes: str) -> bytes:
    task = element("userTask", extensions(element("zeebe:userTask"), *inside), id="review", **attributes)
    return model(start(), task, end(), path("start", "review", "end"))


def engine_with(content: bytes) -> Engine:
    engine = Engine()
    engine.deploy_contents({"review.bpmn": content})
    return engine


OFFERED = element("zeebe:assignmentDefinition", assignee="= who", candidateGroups="= groups")


def test_a_task_is_done_once() -> None:
    engine = engine_with(review())
    engine.start("process")
    (task,) = engine.user_tasks()
    engine.complete_user_task(task.key, by="ann")
    for verb in (engine.complete_user_task, engine.unassign):
        with pytest.raises(Rejection, match="no such user task is open"):
            verb(task.key)
    assert engine.user_task(task.key).task.ended_by == "ann"


def test_what_a_task_leaves_behind() -> None:
    engine = engine_with(review(OFFERED))
    engine.start("process", {"who": "ann", "groups": ["clerks", "others"]})
    key = engine.start("process", {"who": "ann", "groups": []})
    assert len(engine.store.scan(UserTaskCandidate, {})) == 2
    engine.complete_user_task("review", {"ok": True}, by="bob", action="approve")
    engine.cancel(key)
    assert [engine.store.scan(table, {}) for table in (UserTask, UserTaskCandidate)] == [[], []]
    done, gone = engine.store.scan(EndedUserTask, {})
    assert (done.state, done.ended_by, done.action, done.assignee) == ("completed", "bob", "approve", "ann")
    assert (gone.state, gone.ended_by, gone.action) == ("canceled", "", "")


@pytest.mark.parametrize(
    "who, groups, message",
    [
        ("x" * 1_001, [], "the assignee of 'review' to be named with at most 1000 characters"),
        ("ann", ["x" * 1_001], "the candidate groups of 'review' to be named with at most 1000"),
        ("ann", [str(number) for number in range(1_001)], "to be at most 1000, but they are 1001"),
    ],
)
def test_what_expressions_give_is_bounded(who: str, groups: list[str], message: str) -> None:
    engine = engine_with(review(OFFERED))
    engine.start("process", {"who": who, "groups": groups})
    (incident,) = engine.store.scan(Incident, {})
    assert message in incident.message
    assert engine.user_tasks() == []


def test_what_people_say_is_bounded() -> None:
    engine = engine_with(review())
    engine.start("process")
    long = "x" * 1_001
    asked: tuple[Callable[[], None], ...] = (
        lambda: engine.assign("review", long),
        lambda: engine.claim("review", "ann", by=long),
        lambda: engine.unassign("review", by=long),
        lambda: engine.update_user_task("review", groups=[long]),
        lambda: engine.complete_user_task("review", action=long),
    )
    for verb in asked:
        with pytest.raises(Rejection, match="at most 1000 characters"):
            verb()
    for names in ([str(number) for number in range(1_001)], ["", "ann"]):
        with pytest.raises(Rejection, match="at most 1000 candidate users"):
            engine.update_user_task("review", users=names)


def old_engine(content: bytes) -> Engine:
    """One whose user task was begun by a version that made jobs of all of them."""
    engine = Engine()
    jobs = content.replace(b"<zeebe:userTask></zeebe:userTask>", b"").replace(b"<zeebe:userTask/>", b"")
    assert jobs != content
    engine.deploy_contents({"review.bpmn": jobs})
    return engine


def as_native(engine: Engine, content: bytes) -> None:
    """From now on its model is read as this version reads it."""
    (definition,) = engine._state.definitions.values()
    process = engine._state.processes
    from counterflow.bpmn.read import read_accepted  # noqa: PLC0415 - for this alone

    (read,) = read_accepted(content, "review.bpmn").processes
    process.keep(definition.key, read, len(content), engine._state.batch)
    for instance in engine._state.instances.values():
        instance.process = read


def test_a_job_that_was_made_of_one_is_completed_as_before() -> None:
    content = review(element("zeebe:assignmentDefinition", assignee="ann", candidateGroups="a,b"))
    engine = old_engine(content)
    engine.start("process")
    as_native(engine, content)
    (job,) = engine.activate("io.camunda.zeebe:userTask")
    assert job.headers == {
        "io.camunda.zeebe:assignee": "ann",
        "io.camunda.zeebe:candidateGroups": '["a","b"]',
    }
    engine.complete(job.key)
    assert engine.store.scan(Job, {}) == []
    assert [instance.state for instance in engine.instances()] == ["completed"]


def test_a_job_that_was_made_of_one_goes_with_its_instance() -> None:
    content = review(element("zeebe:assignmentDefinition", assignee="ann"))
    engine = old_engine(content)
    key = engine.start("process")
    as_native(engine, content)
    engine.fail("review", retries=0)
    engine.update_retries("review", 1)
    engine.resolve("review")
    engine.cancel(key)
    assert engine.store.scan(Job, {}) == []
