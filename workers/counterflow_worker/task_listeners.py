"""What the worker of a user task's listener is told, and what it answers."""

from collections.abc import Sequence

import msgspec

from counterflow_wire import gateway


class UserTask(msgspec.Struct, frozen=True, kw_only=True):
    """The user task that a listener is asked about, as it is to become: nothing of it has happened yet.

    `action` says by what, `changed_attributes` what becomes another, by the protocol's names.
    """

    key: int
    action: str = ""
    assignee: str = ""
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    changed_attributes: tuple[str, ...] = ()
    due_date: str = ""
    follow_up_date: str = ""
    form_key: int = 0
    priority: int = 50


class TaskListenerResult(msgspec.Struct, frozen=True, kw_only=True):
    """That something is not to become of a user task, or what is set right in the task: a handler returns it.

    What is None stays as it is, what is empty goes. A denial comes without corrections. Only listeners of
    `camunda:` models give variables.
    """

    denied: bool = False
    reason: str = ""
    assignee: str | None = None
    candidate_groups: Sequence[str] | None = None
    candidate_users: Sequence[str] | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: int | None = None
    variables: object = None

    def on_the_wire(self) -> gateway.JobResult:
        """The result of CompleteJob."""
        groups, users = self.candidate_groups, self.candidate_users
        corrections = gateway.JobResultCorrections(
            assignee=self.assignee,
            candidateGroups=None if groups is None else gateway.StringList(values=groups),
            candidateUsers=None if users is None else gateway.StringList(values=users),
            dueDate=self.due_date,
            followUpDate=self.follow_up_date,
            priority=self.priority,
        )
        return gateway.JobResult(
            type="userTask",
            denied=self.denied,
            deniedReason=self.reason or None,
            corrections=corrections if corrections.ListFields() else None,
        )


def read_user_task(properties: gateway.UserTaskProperties) -> UserTask:
    """The task that the wire's message says."""
    return UserTask(
        key=properties.userTaskKey,
        action=properties.action,
        assignee=properties.assignee,
        candidate_groups=tuple(properties.candidateGroups),
        candidate_users=tuple(properties.candidateUsers),
        changed_attributes=tuple(properties.changedAttributes),
        due_date=properties.dueDate,
        follow_up_date=properties.followUpDate,
        form_key=properties.formKey,
        priority=properties.priority,
    )
