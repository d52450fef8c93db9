"""Connectors of Camunda 7: a job whose type is the connector's id and whose headers are its input parameters.

What its worker returns (of an `http-connector` `statusCode`, `response`, `headers`) is seen by the output
parameters of the connector alone, and these give what leaves the task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from counterflow.bpmn.dialects.camunda.expressions import constant_text, parameter, parameters
from counterflow.bpmn.dialects.namespaces import CAMUNDA
from counterflow.bpmn.outline import Element
from counterflow.bpmn.xml import children, text_of
from counterflow.documents.notes import Notes
from counterflow.documents.xml import local_name
from counterflow.model.data import VariableMapping
from counterflow.model.graph import HeaderExpression

RULE = "connector"


@dataclass(frozen=True, slots=True)
class Connector:
    """What a connector's worker is told, and what is taken out of what it returns."""

    job_type: str
    headers: dict[str, str]
    header_expressions: tuple[HeaderExpression, ...]
    outputs: tuple[VariableMapping, ...]


def connector_of(element: Element, extensions: Sequence[etree._Element], notes: Notes) -> Connector | None:
    """The connector of a task; None where it has none, or, with a finding, one without an id."""
    xml = next((one for one in extensions if local_name(one) == "connector"), None)
    if xml is None:
        return None
    job_type = next((text_of(name) for name in children(xml, "connectorId", CAMUNDA)), "")
    if not job_type:
        message = f"expected a camunda:connectorId in the connector of {element}, found none."
        notes.error(
            element,
            RULE,
            message,
            "Write e.g. <camunda:connectorId>http-connector</camunda:connectorId>.",
            xml,
        )
        return None
    inputs = [
        one
        for block in children(xml, "inputOutput", CAMUNDA)
        for one in children(block, "inputParameter", CAMUNDA)
    ]
    known = {one.get("name", ""): text for one in inputs if (text := constant_text(one)) is not None}
    computed = (parameter(element, one, notes) for one in inputs if constant_text(one) is None)
    return Connector(
        job_type,
        known,
        tuple(HeaderExpression(one.target[0], one.source) for one in computed if one is not None),
        parameters(element, xml, "outputParameter", notes),
    )
