"""A remedy for every type of incident that the kernel raises."""

from __future__ import annotations

from counterflow.kernel.work.held import IncidentType
from counterflow.queries.remedies import OF_NO_JOB, OTHERWISE, remedy_for


def test_every_remedy_is_a_sentence_with_a_way_on() -> None:
    for remedy in [*(incident_type.remedy for incident_type in IncidentType), *OF_NO_JOB.values(), OTHERWISE]:
        assert remedy.endswith(".")
        assert "resolve the incident" in remedy.lower()


def test_every_type_is_known_by_its_name_in_the_log() -> None:
    assert [remedy_for(incident_type.value, 7) for incident_type in IncidentType] == [
        incident_type.remedy for incident_type in IncidentType
    ]


def test_an_unknown_type_has_a_remedy_all_the_same() -> None:
    assert remedy_for("SOMETHING_NEW", 7) == OTHERWISE


def test_an_error_that_an_event_has_thrown_names_no_job() -> None:
    assert "job" in remedy_for("UNHANDLED_ERROR_EVENT", 7)
    assert "job" not in remedy_for("UNHANDLED_ERROR_EVENT", 0)
