"""The custom headers of one job, where some are expressions: who is to do a user task, and until when.

A header must be what its name promises, as in Zeebe: nobody's task must not become everybody's because a
variable was missing.
"""

from __future__ import annotations

import msgspec

from counterflow.kernel.data import evaluation
from counterflow.kernel.work.held import SET_VARIABLES, Held, IncidentType
from counterflow.kernel.work.step import Token
from counterflow.model import timer_texts
from counterflow.model.graph import HeaderExpression, HeaderKind, JobDefinition, UserTaskDefinition


def compute(token: Token, definition: JobDefinition) -> bytes | None:
    """The headers of this job as a JSON object; None where the definition's own will do. Raises `Held`."""
    if not definition.header_expressions:
        return None
    headers = msgspec.json.decode(definition.headers)
    for header in definition.header_expressions:
        text = _text(token, header)
        if text is not None:
            headers[header.name] = text
    return msgspec.json.encode(headers)


def _text(token: Token, header: HeaderExpression) -> str | None:
    encoded = evaluation.json(token, token.key, header.source, f"the header '{header.name}'")
    text: str | None = msgspec.json.decode(encoded) if encoded.startswith(b'"') else None
    if not _fits(header.kind, encoded, text):
        instead = evaluation.shown(evaluation.evaluate(token, token.key, header.source))
        raise Held(
            IncidentType.EXTRACT_VALUE_ERROR,
            f"Expected '{evaluation.written(header.source)}' to give {header.kind.value} for the header "
            f"'{header.name}', but {instead}",
            remedy=SET_VARIABLES,
        )
    if encoded == b"null" or (text == "" and header.kind is not HeaderKind.ANY):
        return None
    return encoded.decode() if text is None else text


def _fits(kind: HeaderKind, encoded: bytes, text: str | None) -> bool:
    """Whether a JSON value, with its text where it is one, is what a header must be.

    A number is never read: it may be a long one.
    """
    if kind is HeaderKind.TEXT:
        return text is not None
    if kind is HeaderKind.TEXTS:
        return _are_texts(encoded)
    if kind is HeaderKind.MOMENT:
        return encoded == b"null" or text == "" or (text is not None and timer_texts.moment(text) is not None)
    return True


def _are_texts(encoded: bytes) -> bool:
    try:
        msgspec.json.decode(encoded, type=list[str])
    except msgspec.ValidationError:
        return False
    return True


def of_old_job(definition: UserTaskDefinition) -> bytes:
    """The headers of a user task's job that a version before 0.2.0 has made of constants alone."""
    texts = {
        "assignee": definition.assignee,
        "dueDate": definition.due_date,
        "followUpDate": definition.follow_up_date,
        "formKey": definition.form_key or (definition.form.form_id if definition.form is not None else ""),
    }
    known = {name: text for name, text in texts.items() if isinstance(text, str) and text}
    for name, names in (
        ("candidateGroups", definition.candidate_groups),
        ("candidateUsers", definition.candidate_users),
    ):
        if names:
            known[name] = msgspec.json.encode([one for one in names if isinstance(one, str)]).decode()
    headers = msgspec.json.decode(definition.headers)
    return msgspec.json.encode(headers | {f"io.camunda.zeebe:{name}": text for name, text in known.items()})
