"""What stands in for what cannot be compiled: the author is told, and evaluating it is null or stops."""

from __future__ import annotations

from counterflow.documents.notes import Notes, Placed
from counterflow.feel.errors import DuplicateEntry, FeelFailure, FeelSyntaxError
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.values import Code


def for_syntax(notes: Notes, placed: Placed, what: str, error: FeelSyntaxError) -> Code:
    """Note a text that is not FEEL; the code that stands in for it, which warns and is null.

    A context with an entry twice is noted as a warning: it holds up the decision that needs it, not the whole
    file.
    """
    if isinstance(error, DuplicateEntry):
        return for_duplicate(notes, placed, f"the {what}", error.place_and_reason)
    message = f"the {what} is not FEEL: {error.place_and_reason}."
    notes.error(placed, "expression", message, error.hint or "Correct the expression there.")
    complaint = f"the {what} is not FEEL: {error}"
    return lambda run, _local: run.warn("wrong value", complaint)


def for_duplicate(notes: Notes, placed: Placed, where: str, given: str) -> Code:
    """Warn of a context that has an entry twice; the code in its stead, which stops the evaluation.

    DMN 1.5, 10.3.2.6.
    """
    complaint = f"{where} has an entry twice: {given}"
    remedy = "Rename one; until then no decision that needs it is made."
    notes.warning(placed, "duplicate-entry", f"{complaint}.", remedy)

    def refuse(_run: Run, _local: Local) -> Value:
        raise FeelFailure("duplicate entry", complaint)

    return refuse
