"""Seeds by the hundred, each a process and a world of its own: whatever goes wrong in it, nothing may be
wrong after a commit.

`SEEDS=5000` plays so many, `SEED=17` that one (`make simulate`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.simulation.coverage import Tally, never
from tests.simulation.generator import case_of
from tests.simulation.play import play, play_or_tell, seeds
from tests.simulation.shapes import Activity, Case, Catch, Course, End, Many, ProcessShape, Trigger
from tests.simulation.shrink import shrink

SHARE = 75
SHARES = [
    range(first, min(first + SHARE, seeds().stop)) for first in range(seeds().start, seeds().stop, SHARE)
]
CROWD = 1_500
"""Timers of each instance; one to three instances begin in a world."""
ENOUGH = 1_000
"""In so many seeds everything must have occurred."""


@pytest.fixture
def tallies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each share leaves what has occurred in it, wherever it was played."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tallies"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize("share", SHARES, ids=lambda share: f"{share.start}-{share.stop - 1}")
def test_nothing_breaks(share: range, tallies: Path) -> None:
    occurred: Tally = Counter()
    for seed in share:
        occurred += play_or_tell(seed)
    unfinished = tallies / f"{share.start}.unfinished"
    unfinished.write_bytes(msgspec.msgpack.encode(list(occurred.items())))
    unfinished.rename(tallies / f"{share.start}.tally")
    played = list(tallies.glob("*.tally"))
    if len(played) == len(SHARES) and len(seeds()) >= ENOUGH:
        _judge(played)


def _judge(played: Sequence[Path]) -> None:
    """The last share asks what all of them have seen."""
    everything: Tally = Counter()
    for path in played:
        everything.update(
            dict(msgspec.msgpack.decode(path.read_bytes(), type=list[tuple[tuple[str, str, str], int]]))
        )
    assert never(everything) == [], "these never occurred: the world has become too kind"


@pytest.mark.parametrize("seed", [3, 14])
def test_a_seed_gives_the_same_run_again(seed: int) -> None:
    assert play_or_tell(seed) == play_or_tell(seed)
    assert case_of(seed) == case_of(seed)


@pytest.mark.parametrize("seed", range(3))
def test_thousands_of_timers_are_due_at_one_moment(seed: int) -> None:
    """Each crash finds some of them done and the rest still due; none may come twice, and none may be
    lost.
    """
    wait = Activity(
        "s1",
        "sub",
        tag="subProcess",
        inside=Course((Catch("e2", Trigger("timer", "PT9S")),), End("n3", "none")),
        many=Many(False, CROWD),
    )
    assert play(seed, Case((ProcessShape("main", Course((wait,), End("n4", "none"))),)))[
        "command", "CreateProcessInstance", ""
    ]


def test_a_failing_process_shrinks_to_what_makes_it_fail() -> None:
    alone = (case for case in map(case_of, range(200)) if len(case.processes) == 1)
    case = next(case for case in alone if _tasks(case.processes) > 6)
    left = shrink(
        case, lambda candidate: bool(candidate.processes) and _tasks(candidate.processes) > 0
    ).processes
    assert sum(len(process.course.steps) for process in left) == 1
    assert not any(process.event_scopes for process in left)


def _tasks(processes: tuple[object, ...]) -> int:
    return str(processes).count("kind='task'")


def test_a_case_that_cannot_be_made_smaller_stays_as_it_is() -> None:
    tangle = Case(raw=("<process/>",))
    assert shrink(tangle, lambda candidate: True) is tangle
    assert Course((Activity("t1", "task"),)).end is None
