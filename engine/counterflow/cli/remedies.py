"""An incident in words, and the commands that let its instance go on, wherever it is shown."""

from __future__ import annotations

import re
import shlex
from typing import Any

from counterflow.cli.output import json_text

VARIABLES_FIRST = {"IO_MAPPING_ERROR", "EXTRACT_VALUE_ERROR", "CONDITION_ERROR", "DECISION_EVALUATION_ERROR"}
"""Incidents that come again unless a variable is set."""
MISSING = re.compile(r"\bno variable (['\"])(.+?)\1")
"""How an expression says what it has missed."""
MODEL_FIRST = {"CALLED_ELEMENT_ERROR": "FILE.bpmn", "CALLED_DECISION_ERROR": "FILE.dmn"}
"""Incidents that come again unless something is deployed."""


QUARANTINED = re.compile(r"process instance '(\d+)' that it belongs to is quarantined")
"""How it is said where an event would have been caught."""


def headline(incident: Any) -> str:
    """What kind of incident it is, and where."""
    return (
        f"{incident.error_type} at {incident.element_id} of {incident.bpmn_process_id}, process instance "
        f"{incident.process_instance_key}"
    )


def commands_for(incident: Any, program: str) -> list[str]:
    """The commands that let an instance go on, ready to be pasted but for what only a person knows.

    Where none does, those by which another one takes its place.
    """
    if incident.error_type == "UNHANDLED_ERROR_EVENT" and not incident.job_key:
        # its end event would throw the same error again, and a running instance keeps its model
        return [
            f"{program} deploy FILE.bpmn",
            f"{program} cancel {incident.process_instance_key}",
            f"{program} start {shlex.quote(incident.bpmn_process_id)}",
        ]
    before = []
    if incident.error_type in VARIABLES_FIRST:
        before = [f"{program} set-variables {incident.element_instance_key} {_missing(incident.message)}"]
    elif incident.error_type in MODEL_FIRST:
        before = [f"{program} deploy {MODEL_FIRST[incident.error_type]}"]
    elif incident.error_type == "CATCHER_QUARANTINED":
        before = [f"{program} quarantine release {key}" for key in QUARANTINED.findall(incident.message)]
    return [*before, f"{program} resolve {incident.key}"]


def _missing(message: str) -> str:
    """The variables that a message says are missing, as JSON with gaps for values and names not said."""
    names = dict.fromkeys(name for _, name in MISSING.findall(message))
    return shlex.quote(
        "{" + ", ".join(f"{name}: VALUE" for name in [*map(json_text, names)] or ['"NAME"']) + "}"
    )
