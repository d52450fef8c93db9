"""What the log says of decisions: each evaluation, at the element instance that it was made for."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.lives import decisions
from counterflow.kernel.vocabulary import Event
from counterflow.queries.shapes import DecisionEvaluation
from counterflow.queries.story.story import Addition, Story


def _decided(story: Story, event: decisions.DecisionEvaluated) -> None:
    story.elements[event.element_instance_key].decisions.append(
        DecisionEvaluation(
            key=event.key,
            decision_key=event.decision_key,
            decision_id=event.decision_id,
            version=event.version,
            output_json=event.output.decode(),
            evaluated_json=event.evaluated.decode(),
            evaluated_at_ms=story.now_ms,
            failed_decision_id=event.failed_decision_id,
            failure=event.failure,
            warnings="\n".join(event.warnings),
        )
    )


ADDITIONS: Mapping[type[Event], Addition] = {decisions.DecisionEvaluated: _decided}
