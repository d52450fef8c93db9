"""Whatever a process is in the middle of, it goes on as the same process of a later version: every behaviour
is played with every running instance migrated before each of its commands.
"""

from __future__ import annotations

import os
import zlib
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

from counterflow import kernel
from counterflow.engine.results import contents_of_files
from counterflow.kernel.lives.migration import ProcessInstanceMigrated
from counterflow.kernel.rows import ProcessDefinition, ProcessInstance
from counterflow.kernel.unfinished import Sweep
from counterflow.testing import Engine
from tests.behaviours.script import BOOK, Script, diagram_of, engine_for, play, read_script
from tests.behaviours.trace import Tracer

ONE_IN = 1 if os.environ.get("COUNTERFLOW_ALL_BEHAVIOURS") else 6
"""So many are played in each run of the tests, chosen by their names; all of them where that is set."""
NOT_TO_BE_MIXED = {"migration", "pages"}
"""Families that migrate themselves, or choose what stands between two pages."""
SCRIPTS = [
    path
    for path in sorted(BOOK.glob("*/*.script"))
    if path.parent.name not in NOT_TO_BE_MIXED
    and "pages of " not in path.read_text()
    and not path.stem.endswith(".deleted")  # nothing is brought to what is deleted
    and path.stem != "camunda-bindings"  # it says which versions there are
    and zlib.crc32(path.stem.encode()) % ONE_IN == 0
]


def migrate_all(engine: Engine, process_ids: Collection[str]) -> None:
    """Bring every running instance of these processes to the other one of their two first versions.

    Where listeners are asked before something is gone, it is to wait for that.
    """
    asked = {row.process_instance_key for row in engine.store.scan(Sweep, {})}
    for row in engine.store.scan(ProcessInstance, {"state": "active"}):
        if row.bpmn_process_id in process_ids and row.version <= 2 and row.key not in asked:
            engine.migrate(row.key, 3 - row.version)


def played(path: Path, script: Script, *, migrating: bool) -> tuple[object, ...]:
    """What has happened, as counts of events, and what is still open, by the names of a trace."""
    engine = engine_for(script)
    files = contents_of_files([diagram_of(path), *(path.parent / name for name in script.beside)])
    engine.deploy_contents({name: content + b"\n" for name, content in files.items()})
    engine.deploy_contents(files)
    twice = {row.bpmn_process_id for row in engine.store.scan(ProcessDefinition, {})}
    for line in script.lines:
        play(engine, line, path.parent)
        if migrating:
            migrate_all(engine, twice)
    tracer = Tracer()
    tracer.render(engine.log)
    done = Counter(
        (type(event).__name__, getattr(event, "element_id", ""), getattr(event, "flow_id", ""))
        for entry in engine.log
        for event in kernel.events_of(entry)
        if not isinstance(event, ProcessInstanceMigrated)
    )
    ended = sorted((end.state, sorted(end.variables.items())) for end in engine.ended)
    return done, ended, sorted(tracer.still_open(engine.store))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_it_goes_on_as_it_would_have(path: Path) -> None:
    script = read_script(path.read_text())
    assert played(path, script, migrating=True) == played(path, script, migrating=False)
