"""Every behaviour does what its golden trace says, from memory or after a restart before each command; and
replay equals state.
"""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from counterflow import kernel
from counterflow.kernel.course.ending import SweepBegun, SweepEnded
from counterflow.kernel.course.undo import (
    UndoDropped,
    UndoPartReleased,
    UndoTaken,
    UndoTakenBack,
)
from counterflow.kernel.elements.multi_instance import LoopOutputsLetGo, LoopStopped
from counterflow.kernel.lives.quarantine import RowsAbandoned
from counterflow.kernel.row import Row
from counterflow.kernel.rows import INSTANCE_TABLES, TABLES, Partition, as_key, key_of
from counterflow.kernel.state.partition import State
from counterflow.kernel.state.source import EmptySource
from counterflow.kernel.unfinished import Errand, Sweep, Undertaking
from counterflow.kernel.vocabulary import Command
from counterflow.kernel.work.pages import BudgetKept, PageEnded, WorkEnded, WorkPutOff
from counterflow.testing import Engine
from tests.behaviours.script import BOOK, Script, diagram_of, engine_for, play, read_script
from tests.behaviours.trace import Tracer

SCRIPTS = sorted(BOOK.glob("*/*.script"))
OF_ANY_PAGES = [path for path in SCRIPTS if "pages of " not in path.read_text()]
"""Those that do not choose a size of their own."""
OF_PAGES = (
    *(WorkPutOff, PageEnded, WorkEnded, BudgetKept),
    *(SweepBegun, SweepEnded, LoopStopped, LoopOutputsLetGo, RowsAbandoned),
    UndoPartReleased,
)
"""How the work is cut, not what it does."""
OF_MANY = (UndoTaken, UndoDropped, UndoTakenBack)
"""Of so many at once as have room in a page."""
NAMES = [str(path.relative_to(BOOK).with_suffix("")) for path in SCRIPTS]


def run(path: Path, script: Script, *, restarting: bool) -> tuple[Engine, list[str]]:
    """Play a script; answers the engine as it stands at the end, and the trace."""
    engine, tracer = engine_for(script), Tracer()
    engine.deploy(diagram_of(path), *(path.parent / name for name in script.beside))
    lines = [f"# {line}".rstrip() for line in script.story]
    told = [line for line in tracer.render(engine.log) if script.beside or " opened:" in line]
    if told:
        lines += ["", f"> deploy {' '.join((diagram_of(path).name, *script.beside))}", *told]
    for line in script.lines:
        seen = len(engine.log)
        if restarting:
            engine.restart()
        reason = play(engine, line, path.parent)
        lines += ["", f"> {line.text}", *([reason] if reason else []), *tracer.render(engine.log[seen:])]
    return engine, [*lines, "", *tracer.still_open(engine.store)]


@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_trace(path: Path, rewrite_traces: bool) -> None:
    """The trace is the golden one."""
    _, lines = run(path, read_script(path.read_text()), restarting=False)
    golden = path.with_suffix(".trace")
    if rewrite_traces:
        golden.write_text("\n".join(lines) + "\n")
    assert golden.exists(), f"{golden.name} does not exist: write it with `make traces` and review it"
    assert golden.read_text().splitlines() == lines


@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_trace_with_restarts(path: Path) -> None:
    """Nothing that decides is kept in memory alone: the golden trace is that of an engine without restarts."""
    _, lines = run(path, read_script(path.read_text()), restarting=True)
    assert path.with_suffix(".trace").read_text().splitlines() == lines


class Paged(Engine):
    """Forgets everything behind each page."""

    def _run_page(self, command: Command) -> Any:
        answer = super()._run_page(command)
        self.restart()
        return answer


@pytest.mark.parametrize("path", OF_ANY_PAGES, ids=lambda path: path.stem)
def test_it_comes_to_the_same_in_small_pages(path: Path) -> None:
    """Work that goes on in pages, with a restart behind each, does as often what it does in one, and leaves the
    same.
    """
    script = read_script(path.read_text())
    size = zlib.crc32(path.stem.encode()) % 5 + 1
    paged = Paged(order=script.order, limits=script.limits._replace(page_events=size))
    assert _outcome(paged, path, script) == _outcome(engine_for(script), path, script)
    assert not any(paged.store.scan(table, {}) for table in (Undertaking, Errand, Sweep))


def _outcome(engine: Engine, path: Path, script: Script) -> tuple[object, ...]:
    engine.deploy(diagram_of(path), *(path.parent / name for name in script.beside))
    refused = [bool(play(engine, line, path.parent)) for line in script.lines]
    tracer = Tracer()
    tracer.render(engine.log)
    events = [event for entry in engine.log for event in kernel.events_of(entry)]
    done = Counter(
        (type(event).__name__, getattr(event, "element_id", ""), getattr(event, "flow_id", ""))
        for event in events
        if not isinstance(event, (*OF_PAGES, *OF_MANY))
    )
    for event in events:
        if isinstance(event, OF_MANY):
            done[type(event).__name__, "", ""] += len(event.keys) + len(getattr(event, "containers", ()))
    ended = sorted((end.state, sorted(end.variables.items())) for end in engine.ended)
    return refused, done, ended, sorted(tracer.still_open(engine.store))


@pytest.mark.parametrize("path", SCRIPTS, ids=NAMES)
def test_replay_equals_state(path: Path) -> None:
    """Folding the log from nothing gives the rows that the store has, to the byte."""
    engine, _ = run(path, read_script(path.read_text()), restarting=False)
    replayed = State(EmptySource(), Partition(1, 0, 0))
    kernel.replay(replayed, engine.log)
    for table in TABLES:
        stored = {key_of(row): row for row in engine.store.scan(table, {})}
        assert rows_of(replayed, table) == stored, table.table


def rows_of(state: State, table: type[Row]) -> dict[tuple[int | str, ...], Row]:
    """All rows of a table as a replayed state has them."""
    if table is Partition:
        return {(1,): Partition(1, state.last_key, state.last_position)}
    if table in state.shared:
        return {as_key(place): row for place, row in state.shared[table].items()}
    if table not in INSTANCE_TABLES:
        return {key_of(row): row for owner, _, _, row in state.journal if owner is table and row is not None}
    return {
        key_of(row): row for instance in state.instances.values() for row in instance.rows[table].values()
    }


def test_every_diagram_is_played() -> None:
    """No diagram lies about without a script."""
    assert {diagram_of(path) for path in SCRIPTS} == set(BOOK.glob("*/*.bpmn"))
