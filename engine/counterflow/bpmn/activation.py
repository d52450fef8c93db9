"""What a complex gateway waits for: all dialects write it alike but for the language of the condition.

BPMN 2.0.2, 10.6.5 and 13.4.5. Without a condition nothing says when a gateway that joins goes on; one that
only forks needs none.
"""

from __future__ import annotations

from counterflow.bpmn.dialects.reader import DialectReader
from counterflow.bpmn.loops import part
from counterflow.bpmn.outline import Element
from counterflow.documents.notes import Notes
from counterflow.feel import Expression

RULE = "activation-condition"


def activation_condition(gateway: Element, reader: DialectReader, notes: Notes) -> Expression | None:
    """The condition of a gateway that joins; None, and a finding, where there is none."""
    written = part(gateway.xml, gateway.kind.own_part)
    if written is not None:
        return reader.activation_condition(gateway, written, notes)
    if gateway.waits_for_what_can_come:
        message = (
            f"expected {gateway}, which joins {len(gateway.incoming)} flows, to say when, found nothing."
        )
        remedy = (
            "Write <activationCondition> over activationCount, the number of tokens that have come; to wait "
            "for all that can come, draw an inclusive gateway."
        )
        notes.error(gateway, RULE, message, remedy)
    return None
