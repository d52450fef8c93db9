"""What the log says of an instance that a person holds back."""

from __future__ import annotations

from collections.abc import Mapping

from counterflow.kernel.lives import suspension
from counterflow.kernel.vocabulary import Event
from counterflow.queries.story.story import Addition, Story


def _suspended(story: Story, _: suspension.InstanceSuspended) -> None:
    story.suspended_at_ms = story.now_ms


def _resumed(story: Story, _: suspension.InstanceResumed) -> None:
    story.suspended_at_ms = None


ADDITIONS: Mapping[type[Event], Addition] = {
    suspension.InstanceSuspended: _suspended,
    suspension.InstanceResumed: _resumed,
}
