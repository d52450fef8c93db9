"""Multi-instance activities as the standard writes them (BPMN 2.0.2, table 10.29 and 13.3.7).

`loopCardinality` says how often; or `loopDataInputRef` names the collection and `inputDataItem` one item of
it, `loopDataOutputRef` where results are gathered and `outputDataItem` what each instance adds. `loopCounter`
begins at 0, as in the engines that such models are tried on.
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from counterflow.bpmn.dialects.camunda.loops import STANDARD_PARTS, counted_loop
from counterflow.bpmn.dialects.standard.conditions import standard_condition
from counterflow.bpmn.expressions import compile_feel, name_in_feel
from counterflow.bpmn.loops import RULE, judge_parts, part, part_text
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.model.graph import MultiInstance

_PARTS = STANDARD_PARTS | {"loopDataOutputRef", "outputDataItem"}


def loop(element: Element, xml: etree._Element, notes: Notes) -> MultiInstance | None:
    """None, and a finding, where the model does not say how often."""
    judge_parts(element, xml, _PARTS, notes, "Say it with loopDataInputRef or loopCardinality.")
    collection = part_text(xml, "loopDataInputRef")
    repeated = counted_loop(
        element, xml, element.names.get(collection, collection), standard_condition, notes
    )
    reference = part_text(xml, "loopDataOutputRef")
    item = part(xml, "outputDataItem")
    if bool(reference) != (item is not None):
        message = (
            f"expected loopDataOutputRef and outputDataItem of {element} together, found only one of them."
        )
        notes.error(element, RULE, message, "Write both, or neither.", xml)
    if repeated is None or item is None or not reference:
        return repeated
    name = (item.get("name") or item.get("id") or "").strip()
    gives = compile_feel(name_in_feel(name), "output data item", element, notes, item)
    return replace(
        repeated,
        output_collection=element.names.get(reference, reference),
        output_element=gives,
        outputs_stay_inside=True,
    )
