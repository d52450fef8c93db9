"""What a person can do about an incident, by its type: one sentence that ends in a way on."""

from __future__ import annotations

from counterflow.kernel.work.held import IncidentType

OTHERWISE = (
    "Mend what the message names, then resolve the incident; if it cannot be mended, cancel the instance."
)


def remedy_for(error_type: str) -> str:
    """What to do about an incident of this type, also of one that this version does not know."""
    return next((known.remedy for known in IncidentType if known == error_type), OTHERWISE)
