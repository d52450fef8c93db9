"""`camunda:errorEventDefinition` of an external task: a BPMN error that a true expression makes of its end.

It is asked when the job is completed and when it fails. `${externalTask.errorMessage}`, or the getter of it,
is what the worker has told of a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from counterflow.bpmn.dialects.camunda.expressions import value_expression
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import BPMN
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.model.graph import JobError

TAG: Final = "errorEventDefinition"
RULE: Final = "job-error"
_GETTER: Final = re.compile(r"\bexternalTask\.get(ErrorMessage|ErrorDetails|Retries)\(\)")


def job_errors(element: Element, extensions: Sequence[etree._Element], notes: Notes) -> tuple[JobError, ...]:
    """The errors of an external task, in the order of the model; what is wrong with one is refused."""
    return tuple(_errors(element, extensions, notes))


def _errors(element: Element, extensions: Sequence[etree._Element], notes: Notes) -> Iterator[JobError]:
    for xml in extensions:
        if local_name(xml) != TAG:
            continue
        code, message = _code(element, (xml.get("errorRef") or "").strip())
        text = (xml.get("expression") or "").strip()
        if not code or not text:
            definitions = (
                f"expected camunda:{TAG} of {element} to name an error with a code and to have an expression."
            )
            remedy = 'Write e.g. <camunda:errorEventDefinition errorRef="full" expression="${full}" />.'
            notes.error(element, RULE, definitions, remedy, xml)
            continue
        written = _GETTER.sub(lambda getter: f"externalTask.{getter[1][0].lower()}{getter[1][1:]}", text)
        condition = value_expression(written, f"expression of camunda:{TAG}", element, notes, xml)
        if condition is not None:
            yield JobError(condition, code, message)


def _code(element: Element, reference: str) -> tuple[str, str]:
    """Code and message of an error of the file; a reference that names none is a code, as in Camunda 7."""
    for error in element.xml.getroottree().getroot().iterfind(f"{{{BPMN}}}error"):
        if error.get("id") == reference:
            return (error.get("errorCode") or "").strip(), error.get(f"{{{CAMUNDA}}}errorMessage") or ""
    return reference, ""
