"""Work for people, and the forms that they do it with."""

from __future__ import annotations

import msgspec

from counterflow.queries.shapes.variables import Variable


class UserTaskAct(msgspec.Struct, frozen=True):
    """What was done to a user task, by whom as far as they have said, and as which action.

    `what` is `created`, `assigned`, `unassigned`, `updated`, `completed`, `failed` or `canceled`; of its
    listeners `corrected` or `denied`. `details` is a sentence.
    """

    what: str
    at_ms: int
    by: str = ""
    action: str = ""
    assignee: str = ""
    details: str = ""


class UserTask(msgspec.Struct):
    """Work for a person.

    `state`: `created` while nobody has it, `assigned` while its `assignee` does; while its listeners are
    asked `creating`, `assigning`, `updating`, `completing` or `canceling`; then `completed`, `failed`
    (somebody has ended it with a BPMN error) or `canceled` (its element was swept away). Dates are ISO 8601
    as they were given. `form_key` is that of a deployed form; `external_form` is what the model calls
    another. `acts` are what was done to it, oldest first; a list has none.
    """

    key: int
    process_instance_key: int
    bpmn_process_id: str
    element_instance_key: int
    element_id: str
    created_at_ms: int
    element_name: str = ""
    state: str = "created"
    assignee: str = ""
    candidate_groups: list[str] = []
    candidate_users: list[str] = []
    due_date: str = ""
    follow_up_date: str = ""
    priority: int = 50
    form_key: int = 0
    external_form: str = ""
    ended_at_ms: int | None = None
    ended_by: str = ""
    action: str = ""
    acts: list[UserTaskAct] = []


class ShownUserTask(msgspec.Struct, frozen=True):
    """A user task with all that whoever does it needs.

    These are the headers of the model (a JSON object), the id of its form and, while it is open, the
    variables that it sees, by name.
    """

    task: UserTask
    headers_json: str
    form_id: str
    variables: list[Variable]


class FormSchema(msgspec.Struct, frozen=True):
    """A form as it was deployed, or as it stands in the model (key and version are 0 then)."""

    form_id: str
    schema_json: str
    key: int = 0
    version: int = 0
    version_tag: str = ""
    resource_name: str = ""
