"""Pages of work that no server survives: begun once more, then set aside with the instance that they begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from counterflow.kernel.lives.quarantine import ReleaseInstance
from counterflow.kernel.rows import Job, Quarantine
from counterflow.kernel.state.windows import Due
from counterflow.kernel.unfinished import Errand, Undertaking
from counterflow.partition import pages
from counterflow.partition.underway import Underway
from tests.bpmn.diagram import element, end, extensions, model, path, start
from tests.bpmn.loops import loop
from tests.partition.rig import Rig, rig, turns, until

COUNT = 300
MANY = model(
    start(),
    element("serviceTask", extensions(element("zeebe:taskDefinition", type="pack")), loop(), id="pack"),
    end(),
    path("start", "pack", "end"),
    process_id="process",
)


async def put_off(found: Rig) -> tuple[int, Due]:
    """An instance of which a page is to be turned next, but is not; and what that is known by."""
    found.writer._pages.stop()
    header = await found.create(items=list(range(COUNT)))
    await found.writer.settle()
    (undertaking,) = found.store.rows(Undertaking)
    first = min(row.place for row in found.store.rows(Errand))
    await found.writer.stop()
    return header.key, Due(first, undertaking.key, Undertaking)


def started(found: Rig, marker: Path, page: Due, times: int, *, held: bool = False) -> Rig:
    """A writer that starts after so many others were killed in the middle of the page."""
    for _ in range(times):
        underway = Underway(marker)  # never ended
        underway.begin(page)
        if held:
            underway.held()
    again = Rig(found.store, underway=Underway(marker))
    again.writer.start()
    return again


@pytest.mark.parametrize(
    "times, held", [(2, False), (1, True)], ids=["again that had just begun", "that had held the server"]
)
async def test_a_page_that_no_server_survives_is_not_turned_again(
    tmp_path: Path, times: int, *, held: bool
) -> None:
    async with rig(MANY) as found:
        key, page = await put_off(found)
        again = started(found, tmp_path / "marker", page, times, held=held)
        await again.writer.settle()
        (aside,) = again.store.rows(Quarantine)
        assert (aside.process_instance_key, aside.reason) == (key, pages.REASON)
        await turns()
        assert len(again.store.rows(Job)) < COUNT
        await again.writer.submit(ReleaseInstance(process_instance_key=key))
        await until(lambda: len(again.store.rows(Job)) == COUNT)
        await again.writer.stop()
        assert Underway(tmp_path / "marker").suspects == (), "it was told once"


async def test_a_page_that_was_interrupted_once_is_turned_a_while_after_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "REST_SECONDS", 0.05)
    async with rig(MANY) as found:
        _, page = await put_off(found)
        begun: list[Any] = []
        again = started(found, tmp_path / "marker", page, 1)
        monkeypatch.setattr(again.writer._pages._underway, "begin", begun.append)
        await turns()
        assert begun == []
        await until(lambda: len(again.store.rows(Job)) == COUNT)
        assert begun[0] == page
        assert again.store.rows(Quarantine) == []
        await again.writer.stop()
        assert Underway(tmp_path / "marker").interrupted == frozenset()


async def test_a_page_that_has_gone_on_since_is_no_suspect(tmp_path: Path) -> None:
    async with rig(MANY) as found:
        _, page = await put_off(found)
        again = started(found, tmp_path / "marker", page._replace(due_ms=page.due_ms - 7), 2)
        await until(lambda: len(again.store.rows(Job)) == COUNT)
        assert again.store.rows(Quarantine) == []
        await again.writer.stop()


async def test_a_page_of_no_instance_that_no_server_survives_waits_until_it_is_released(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    marker = tmp_path / "marker"
    async with rig(MANY) as found:
        key, page = await put_off(found)
        standing = started(found, marker, page, 2)  # the first one sets its instance aside
        await standing.writer.settle()
        await standing.writer.stop()
        again = started(found, marker, page, 2)
        await turns()
        assert "belongs to no instance" in caplog.text
        assert "release-due" in caplog.text
        await again.writer.stop()
        assert Underway(marker).suspects == (page,), "and at each start"
        last = Rig(found.store, underway=Underway(marker))
        last.writer.start()
        assert last.writer.release_due()
        assert not last.writer.release_due(), "it was held no more"
        await last.writer.submit(ReleaseInstance(process_instance_key=key))
        await until(lambda: len(last.store.rows(Job)) == COUNT)
        await last.writer.stop()
        assert Underway(marker).suspects == ()
