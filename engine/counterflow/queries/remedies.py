"""What a person can do about an incident, by its type: one sentence that ends in a way on."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.work.held import IncidentType

OTHERWISE = (
    "Mend what the message names, then resolve the incident; if it cannot be mended, cancel the instance."
)


OF_NO_JOB: Mapping[str, str] = {
    IncidentType.UNHANDLED_ERROR_EVENT: (
        "Deploy a model in which an event catches the error, cancel this instance and start anew; to resolve "
        "the incident throws the error again, which helps only where what the message names has changed."
    )
}
"""Where that is another thing than for an incident of a job."""


def remedy_for(error_type: str, job_key: int) -> str:
    """What to do about an incident of a type; `job_key` is 0 where it is about no job. The type may be one
    that this version does not know.
    """
    if not job_key and error_type in OF_NO_JOB:
        return OF_NO_JOB[error_type]
    return next((known.remedy for known in IncidentType if known == error_type), OTHERWISE)
