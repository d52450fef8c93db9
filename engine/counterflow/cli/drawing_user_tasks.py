"""User tasks in the picture of a process instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from counterflow.cli.output import moment

if TYPE_CHECKING:
    from rich.tree import Tree

    from counterflow_wire import counterflow_v1 as wire

DRAWN_ACTS = 5
"""The latest of a task; the others are counted."""
STATES = (
    *("", "created", "assigned", "completed", "failed", "canceled"),
    *("creating", "assigning", "updating", "completing", "canceling"),
)


def add_user_tasks(tree: Tree, element: wire.ElementInstance) -> None:
    """The user tasks of an element, and below each who did what to it."""
    for task in (*element.ended_user_tasks, *element.user_tasks):
        _add(tree, task)


def _add(tree: Tree, task: wire.UserTask) -> None:
    drawn = tree.add(_user_task(task))
    acts = [act for act in task.acts if act.what != "created"]
    if len(acts) > DRAWN_ACTS:
        drawn.add(Text(f"… {len(acts) - DRAWN_ACTS} earlier", style="dim"))
    for act in acts[-DRAWN_ACTS:]:
        whom = f" to {act.assignee}" if act.what == "assigned" else ""
        by = f" by {act.by}" if act.by else ""
        action = f" ({act.action})" if act.action and act.action != act.what else ""
        details = f": {act.details}" if act.details else ""
        drawn.add(Text(f"{act.what}{whom}{by}{action}, {moment(act.at_ms)}{details}", style="dim"))


def _user_task(task: wire.UserTask) -> Text:
    state = STATES[task.state] if task.state < len(STATES) else "?"
    text = Text.assemble(("user task ", "bold"), f"{task.key}  {state}")
    if task.HasField("ended_at_ms"):
        return text.append(f" by {task.ended_by}" if task.ended_by else "")
    if task.assignee:
        text.append(f" to {task.assignee}")
    offered = (*task.candidate_groups, *(f"@{name}" for name in task.candidate_users))
    if offered:
        text.append(f", offered to {', '.join(offered)}")
    if task.due_date:
        text.append(f", due {task.due_date}", style="cyan")
    return text
