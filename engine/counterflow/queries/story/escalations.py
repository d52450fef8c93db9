"""What the log says of escalations: what was thrown, and what caught it."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.events import escalation
from counterflow.kernel.vocabulary import Event
from counterflow.queries.shapes import ThrownEscalation
from counterflow.queries.story.story import Addition, Story


def _thrown(story: Story, event: escalation.EscalationThrown) -> None:
    element = story.elements[event.key]
    story.thrown_escalations.append(
        ThrownEscalation(
            element.element_id,
            element.element_name,
            event.key,
            event.escalation_code,
            event.caught_by,
            event.catching_instance_key,
            story.position,
            story.now_ms,
        )
    )


ADDITIONS: Mapping[type[Event], Addition] = {escalation.EscalationThrown: _thrown}
