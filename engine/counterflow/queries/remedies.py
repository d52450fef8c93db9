"""What a person can do about an incident, by its type: one sentence that ends in a way on."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    "JOB_NO_RETRIES": (
        "Mend what the worker tripped over, then give the job retries and resolve the incident."
    ),
    "IO_MAPPING_ERROR": (
        "Set the variables that the mapping reads on this element instance, then resolve the incident."
    ),
    "EXTRACT_VALUE_ERROR": "Set the variables that the expression reads, then resolve the incident.",
    "CONDITION_ERROR": (
        "Set the variables that the conditions read, then resolve the incident; or give the gateway a "
        "default flow."
    ),
    "UNHANDLED_ERROR_EVENT": (
        "Give the job retries and resolve the incident to try again; for later instances, let an event in "
        "the model catch the error."
    ),
    "STEP_LIMIT_EXCEEDED": (
        "Resolve the incident to go on as far again, or cancel the instance and put a wait into the loop."
    ),
    "MESSAGE_SIZE_EXCEEDED": (
        "Let the worker fetch fewer or smaller variables, then give the job retries and resolve the incident."
    ),
    "JOB_NOT_DELIVERABLE": (
        "Give the job retries and resolve the incident to try again with these; if it is told again, cancel "
        "the instance and tell us."
    ),
    "CALLED_ELEMENT_ERROR": "Deploy the process that is called, then resolve the incident.",
    "CALLED_DECISION_ERROR": "Deploy the decision that is meant, then resolve the incident.",
    "DECISION_EVALUATION_ERROR": (
        "Set the variables that the decision reads or deploy a mended decision, then resolve the incident."
    ),
    "FORM_NOT_FOUND": "Deploy the form, then resolve the incident.",
}
OTHERWISE = (
    "Mend what the message names, then resolve the incident; if it cannot be mended, cancel the instance."
)


def remedy_for(error_type: str) -> str:
    """What to do about an incident of this type: a sentence that ends in a way on."""
    return REMEDIES.get(error_type, OTHERWISE)
