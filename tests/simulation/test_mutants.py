"""The simulation notices what it is there to notice: every mutant is caught within a few seeds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from counterflow.kernel.vocabulary import Damaged
from tests.simulation.clock import Deadlock
from tests.simulation.generator import case_of
from tests.simulation.invariants import Violation
from tests.simulation.mutants import MUTANTS
from tests.simulation.play import play

WITHIN = 600
"""Seeds that a mutant may survive."""
CAUGHT_BY = {
    "activations_in_turn_begin_together": 42,
    "activations_survive_the_condition": 31,
    "call_survives_its_caller": 93,
    "condition_forgotten_between_pages": 85,
    "condition_sees_what_is_hidden": 230,
    "cycle_without_end": 129,
    "end_listener_forgotten": 27,
    "escalation_begins_where_it_was_thrown": 431,
    "flow_goes_on_before_the_sweep": 48,
    "flows_of_activations_not_counted": 26,
    "gateway_forgets_what_has_to_come": 80,
    "ids_of_messages_forgotten": 103,
    "join_that_forgets": 59,
    "late_tokens_go_on": 62,
    "listener_waits_with_the_border": 27,
    "message_correlated_again_after_a_restart": 39,
    "message_reaches_one_of_several": 371,
    "more_ended_than_was_named": 56,
    "offered_to_those_of_before": 30,
    "others_survive_a_cancel": 420,
    "signal_reaches_one_only": 83,
    "swept_and_still_at_work": 21,
    "time_that_stands_still": 95,
    "timer_closed_without_a_word": 79,
    "undo_left_behind_by_a_migration": 203,
    "undo_lost_without_a_word": 79,
    "user_task_survives_its_element": 175,
    "worker_asked_once": 42,
}
"""The seed that has caught a mutant last, where that took many: it is played first."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_every_mutant_is_caught(
    mutant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    assert caught_by(CAUGHT_BY.get(mutant.__name__, 0)) is not None, (
        f"{mutant.__name__} survived {WITHIN} seeds: which invariant should have noticed it?"
    )


def caught_by(first: int = 0) -> int | None:
    """The first seed in which something is wrong, from this one on and round; None where there is none."""
    seeds = (*range(first, WITHIN), *range(first))
    return next((seed for seed in seeds if _is_caught(seed)), None)


def _is_caught(seed: int) -> bool:
    try:
        play(seed, case_of(seed))
    except (Violation, Deadlock, Damaged):
        return True
    return False


def test_the_document_names_every_mutant() -> None:
    document = (Path(__file__).parents[2] / "docs" / "simulation.md").read_text()
    named = set(re.findall(r"`(\w+)`", document.split("## The mutants")[1].split("## The other half")[0]))
    assert named == {mutant.__name__ for mutant in MUTANTS}
