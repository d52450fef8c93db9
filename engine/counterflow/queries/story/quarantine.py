"""What the log says of instances set aside after a fault of ours."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.lives import quarantine
from counterflow.kernel.vocabulary import Event
from counterflow.queries.story.elements import end_element
from counterflow.queries.story.jobs import end_incident, end_job
from counterflow.queries.story.story import Addition, Story
from counterflow.queries.story.terminations import add_termination
from counterflow.queries.story.undo import drop_all
from counterflow.queries.story.waits import end_wait


def _quarantined(story: Story, event: quarantine.InstanceQuarantined) -> None:
    story.quarantine_reason = event.reason


def _released(story: Story, _: quarantine.InstanceReleased) -> None:
    story.quarantine_reason = ""


def _abandoned(story: Story, _: quarantine.InstanceAbandoned) -> None:
    """An instance that is cancelled in quarantine is ended as a whole: no event says so of what was in it."""
    story.quarantine_reason = ""
    story.waiting.clear()
    story.taken.clear()
    for element in story.elements.values():
        if not element.ended_position:
            add_termination(story, element)
            end_element(story, element, "terminated")
    for job in story.jobs.values():
        if job.ended_at_ms is None:
            end_job(job, "canceled", story.now_ms)
    for wait in story.waits.values():
        if wait.state == "open":
            end_wait(story, wait, "closed")
    for incident in story.incidents.values():
        if incident.state == "open":
            end_incident(story, incident, "dropped")
    drop_all(story)


ADDITIONS: Mapping[type[Event], Addition] = {
    quarantine.InstanceQuarantined: _quarantined,
    quarantine.InstanceReleased: _released,
    quarantine.InstanceAbandoned: _abandoned,
}
