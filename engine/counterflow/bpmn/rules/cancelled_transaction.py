"""A transaction is cancelled by an end event directly inside it, and left by the cancel event on its border.

BPMN 2.0.2, 10.3.6 and table 10.93: a cancel event stands nowhere else. The protocol by which a transaction is
undone (`method`) is compensation here, whatever a model names.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import CANCEL, TRANSACTION
from counterflow.bpmn.outline import Element, Outline
from counterflow.documents.findings import Finding

RULE = "cancelled-transaction"

_METHODS = frozenset({"", "compensate", "##compensate"})


def check(outline: Outline) -> Iterator[Finding]:
    """Where cancel events stand, their transactions, and how these are undone."""
    for element in outline.elements:
        if element.throws(CANCEL):
            yield from _check_end(element)
        elif element.catches(CANCEL):
            yield from _check_catch(element)
        if element.tag == TRANSACTION:
            yield from _check_transaction(element)


def _check_end(end: Element) -> Iterator[Finding]:
    if end.parent is None or end.parent.tag != TRANSACTION:
        message = f"expected {end}, which cancels, directly in a transaction, found it in {end.parent}."
        yield end.error(
            RULE, message, "Move it into the transaction that it is to cancel, or make that sub-process one."
        )


def _check_catch(event: Element) -> Iterator[Finding]:
    transaction = event.attached_to
    if transaction is None:
        return
    if transaction.tag != TRANSACTION:
        message = f"expected {event}, which catches a cancel, on a transaction, found it on {transaction}."
        yield event.error(
            RULE, message, "Make that sub-process a transaction, or catch an error in its place."
        )
    elif not any(child.throws(CANCEL) for child in transaction.children):
        message = f"nothing in {transaction} cancels it, so that {event} never happens."
        yield event.warning(RULE, message, "Draw a cancel end event in the transaction, or remove this one.")
    if not event.is_interrupting:
        message = f'expected {event} to interrupt, as every cancel does, found cancelActivity="false".'
        yield event.error(RULE, message, "Remove cancelActivity.")


def _check_transaction(transaction: Element) -> Iterator[Finding]:
    catches = [event for event in transaction.boundary_events if event.catches(CANCEL)]
    ends = [child for child in transaction.children if child.throws(CANCEL)]
    for rival in catches[1:]:
        message = f"expected one cancel event on {transaction}, found '{catches[0].id}' and '{rival.id}'."
        yield rival.error(RULE, message, "Keep one; lead its flow to where the others led.")
    if ends and not catches:
        message = f"expected a cancel event on {transaction}, which '{ends[0].id}' cancels, found none."
        yield transaction.error(RULE, message, "Attach a cancel boundary event, and lead it to what follows.")
    if transaction.attribute("method").lower() not in _METHODS:
        message = (
            f"{transaction} asks for the method {transaction.attribute('method')}, but what it has done is "
            "undone by compensation."
        )
        yield transaction.warning(RULE, message, "Remove method, or write ##Compensate.")
