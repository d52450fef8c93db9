"""Work for people, by hand: found, taken, given, changed, done, and told of afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.behaviours.script import BOOK
from tests.cli.commands import CommandLine

TASKS = BOOK / "user-tasks"


def begun(counterflow: CommandLine, model: str, *beside: Path) -> tuple[int, int]:
    """An instance of a process, and its user task."""
    counterflow.good("deploy", TASKS / f"{model}.bpmn", *beside)
    key = counterflow.start(model)
    (task,) = counterflow.good("tasks", "--instance", key, "--json").json
    return key, int(task["key"])


def test_a_task_is_found_taken_changed_and_done(counterflow: CommandLine) -> None:
    key, task = begun(counterflow, "claimed")
    assert "Review" in counterflow.good("tasks", "--group", "clerks").data
    assert "counterflow tasks claim" in counterflow.good("why", key).data
    assert counterflow.good("tasks", "claim", task, "--as", "ann").words == f"User task {task} is ann's.\n"
    refused = counterflow("tasks", "claim", task, "--as", "bob")
    assert refused.code == 4
    assert "it is assigned to 'ann'" in refused.words
    assert "'ann' to complete the user task" in counterflow.good("why", key).data
    counterflow.good("tasks", "update", task, "--groups", "", "--priority", "90", "--as", "mary")
    assert counterflow.good("tasks", "--group", "clerks", "--json").json == []
    counterflow.good("tasks", "unassign", task, "--as", "ann")
    counterflow.good("tasks", "assign", task, "bob", "--as", "mary")
    assert counterflow("tasks", "assign", task, "cid", "--if-free").code == 4
    done = counterflow.good(
        "tasks", "complete", task, "--action", "approve", "--as", "bob", "--variables", '{"ok": true}'
    )
    assert done.words == f"Completed user task {task}.\n"
    shown = counterflow.good("tasks", "show", task).data
    assert "completed by bob (approve)" in shown
    assert "updated by mary (update): candidate groups: none; priority: 90" in shown
    assert "completed by bob (approve)" in counterflow.good("show", key).data
    history = counterflow.good("history", key).data
    assert '"by":"bob","action":"approve"' in history
    (ended,) = counterflow.good("tasks", "--state", "completed", "--assignee", "bob", "--json").json
    assert (ended["state"], ended["endedBy"]) == ("completed", "bob")


def test_the_form_of_a_task(counterflow: CommandLine) -> None:
    _, task = begun(counterflow, "form", TASKS / "review.form")
    assert '"review-form"' in counterflow.good("tasks", "show", task, "--form").data
    _, inside = begun(counterflow, "form-inside")
    assert counterflow.good("tasks", "show", inside, "--form").json == {"components": []}
    _, fields = begun(counterflow, "camunda-fields")
    form = counterflow.good("tasks", "show", fields, "--form").json
    assert form["fields"] == [{"id": "amount", "label": "Amount", "type": "long"}]


def test_what_a_task_sees(counterflow: CommandLine) -> None:
    _, task = begun(counterflow, "camunda-fields")
    shown = counterflow.good("tasks", "show", task)
    assert "assignee    ann" in shown.data
    assert 'headers     {"tool":"editor"}' in shown.data


def test_a_task_ends_with_an_error(counterflow: CommandLine) -> None:
    key, task = begun(counterflow, "error")
    assert counterflow("tasks", "throw", task, "CLOSED").code == 4
    counterflow.good("tasks", "throw", task, "FULL", "--message", "no seats", "--as", "ann")
    assert "failed by ann" in counterflow.good("tasks", "show", task).data
    (job,) = counterflow.good("jobs", "--instance", key, "--json").json
    assert job["elementId"] == "apologize"


def test_what_is_not_said_is_asked_for(counterflow: CommandLine) -> None:
    assert "expected one of created, assigned" in counterflow("tasks", "--state", "lost").words
    assert "--groups, --users" in counterflow("tasks", "update", "7").words
    assert counterflow("tasks", "show", "7").code == 3
