"""What can go wrong in the world, and its measures."""

from __future__ import annotations

from tests.simulation import store as points

CRASHES = (points.BEFORE_BEGIN, points.AFTER_FIRST_WRITE, points.BEFORE_COMMIT, points.AFTER_COMMIT)
FAULTS = (
    *(
        *CRASHES,
        points.BEFORE_PUSH,
        points.BETWEEN_PAGES,
        points.COMMIT_FAILED,
        "restarted in peace",
        "command doubled",
        "command held back",
    ),
    *(
        "worker slow",
        "worker died",
        "job completed twice",
        "job failed",
        "job failed for good",
        "error thrown",
    ),
    *("job handed back", "stream closed", "more time asked for", "retries updated", "set aside", "released"),
    *("modified", "migrated", "migrated as foretold", "undo kept by a migration", "undo lost by a migration"),
    *("deployed anew", "begun elsewhere", "result told", "clock set ahead", "clock set back"),
    *(
        "message early",
        "message late",
        "message twice",
        "cancelled",
        "variables set",
        "condition made true",
        "condition true already",
        "turned away",
        "incident resolved",
    ),
)
"""Each must strike at least once over a run of many seeds."""

JOB_TYPES = ("odd", "even", "io.camunda.zeebe:userTask")
TROUBLED_MS = 40_000
PATIENCE_MS = 400_000
DEADLINE_MS = 4_000
PUNCTUAL_MS = 6_000
"""How late a timer may be once it has been calm for as long."""
CLOCK_STEPS_MS = (1_500, 90_000, 3 * 3_600_000, -1_500, -90_000, -3 * 3_600_000, -30 * 86_400_000)
SET_ASIDE = "the simulation wants to see this set aside"
KEYS = ("one", "two")
