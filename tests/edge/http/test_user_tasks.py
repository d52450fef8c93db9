"""User tasks by HTTP: taken, given, changed and done, and the form that they are done with."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.queries import shapes
from counterflow.queries.user_tasks import UserTaskFilter, list_user_tasks, user_task
from tests.edge.http.asking import Asking
from tests.edge.test_user_tasks import FORM, REVIEW, WITH_FORM


async def begun(asked: Asking, *files: tuple[str, bytes]) -> int:
    """The key of a task that waits for a person."""
    await asked.deploy(*files)
    await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
    page = await asked.server._service.questions.ask(lambda store: list_user_tasks(store, UserTaskFilter()))
    return page.items[0].key


async def shown(asked: Asking, key: int) -> shapes.UserTask:
    return (await asked.server._service.questions.ask(lambda store: user_task(store, key))).task


async def test_a_person_takes_changes_gives_back_and_does_a_task(asked: Asking) -> None:
    key = await begun(asked, ("review.bpmn", REVIEW))
    path = f"/user-tasks/{key}"
    await asked.good("POST", f"{path}/assignment", {"assignee": "ann", "allowOverride": None, "action": None})
    taken = await asked.ask("POST", f"{path}/assignment", {"assignee": "bob", "allowOverride": False})
    assert (taken.status, taken.json["title"]) == (409, "INVALID_STATE")
    changes: dict[str, Any] = {
        "candidateGroups": [],
        "candidateUsers": None,
        "priority": 7,
        "dueDate": "2030-01-31T09:00:00Z",
    }
    await asked.good("PATCH", path, {"changeset": changes, "action": "escalate"})
    await asked.good("DELETE", f"{path}/assignee")
    found = await shown(asked, key)
    assert (found.state, found.candidate_groups, found.candidate_users, found.priority) == (
        "created",
        [],
        ["ann"],
        7,
    )
    await asked.good("PATCH", path, {"changeset": {"dueDate": ""}})
    assert not (await shown(asked, key)).due_date
    await asked.good("POST", f"{path}/completion", {"variables": {"ok": True}, "action": "approve"})
    done = await shown(asked, key)
    assert (done.state, done.action) == ("completed", "approve")
    over = await asked.ask("POST", f"{path}/completion")
    assert (over.status, over.json["title"]) == (404, "NOT_FOUND")


async def test_a_task_has_a_form_or_none(asked: Asking) -> None:
    key = await begun(asked, ("review.bpmn", WITH_FORM), ("review.form", FORM))
    form = await asked.good("GET", f"/user-tasks/{key}/form")
    assert (form["formId"], form["schema"], form["version"]) == ("review-form", FORM.decode(), 1)
    assert await asked.good("GET", f"/forms/{form['formKey']}") == form
    bare = await begun(asked, ("review.bpmn", REVIEW))
    assert (await asked.ask("GET", f"/user-tasks/{bare}/form")).status == 204


WRONG: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/user-tasks/KEY/assignment", {"assignee": ""}, 400, "unassign it instead"),
    ("PATCH", "/user-tasks/KEY", {"changeset": {"priority": 101}}, 400, "priority of a user task"),
    ("PATCH", "/user-tasks/KEY", {"changeset": {"priority": 10**30}}, 400, "$.changeset.priority"),
    ("PATCH", "/user-tasks/KEY", {"changeset": {"dueDate": "soon"}}, 400, "due date"),
    ("PATCH", "/user-tasks/KEY", None, 400, "something of the user task to update"),
    ("PATCH", "/user-tasks/KEY", {"changeset": {"due": "x"}}, 400, "unknown field `due`"),
    ("POST", "/user-tasks/KEY/completion", {"variables": [1]}, 400, "found an array"),
    ("POST", "/user-tasks/7/completion", None, 404, "no such user task is open"),
    ("DELETE", "/user-tasks/x/assignee", None, 400, "userTaskKey to be a whole number"),
    ("GET", "/user-tasks/7/form", None, 404, "the key of a user task, but found '7'"),
    ("GET", "/forms/7", None, 404, "but found '7'"),
]


@pytest.mark.parametrize("method, path, body, status, words", WRONG)
async def test_what_cannot_be_done_to_a_task(
    asked: Asking, method: str, path: str, body: Any, status: int, words: str
) -> None:
    key = await begun(asked, ("review.bpmn", REVIEW))
    told = await asked.ask(method, path.replace("KEY", str(key)), body)
    assert (told.status, words in told.json["detail"]) == (status, True), told.json
