"""A signal event names a signal, and that signal has a name (BPMN 2.0.2, 10.5.6): by its name it is found."""

from __future__ import annotations

from collections.abc import Iterator

from counterflow.bpmn.elements import SIGNAL
from counterflow.bpmn.outline import Outline
from counterflow.documents.findings import Finding

RULE = "signal-name"

_REMEDY = 'Define e.g. <signal id="Signal_1" name="prices changed" /> in the file, and name it in signalRef.'


def check(outline: Outline) -> Iterator[Finding]:
    """A missing signalRef, and a signal without name; one that names nothing is a dangling reference."""
    for element in outline.elements:
        if not (element.catches(SIGNAL) or element.throws(SIGNAL)):
            continue
        reference, signal = element.reference, outline.named_by(element)
        if not reference:
            yield element.error(
                RULE, f"expected signalRef of {element} to name a signal, found none.", _REMEDY
            )
        elif signal is not None and not (signal.get("name") or "").strip():
            complaint = f"expected a name on signal '{reference}' of {element}, found none."
            yield element.error(RULE, complaint, "Give the signal the name under which it is broadcast.")
