"""Whoever looks on at commits can neither harm one nor keep the others from being told."""

from __future__ import annotations

import pytest

from counterflow.kernel.rows import ProcessInstance
from counterflow.partition import writer
from counterflow.partition.observers import Committed, Observers
from counterflow.store.port import Batch
from tests.partition.rig import rig


async def test_each_is_told_of_a_commit_in_the_order_of_the_table(caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[str, int]] = []

    def fails(_: Committed) -> None:
        raise ValueError("out of ink")

    observers = Observers(
        lambda committed: told.append(("first", committed.number)),
        fails,
        lambda committed: told.append(("last", committed.number)),
    )
    async with rig() as found:
        observers.notify(Committed(7, Batch({}, {}, []), found.state))
    assert told == [("first", 7), ("last", 7)]
    assert caplog.messages == ["Batch 7 is committed, but one who looks on has failed"]


async def test_one_who_fails_harms_no_commit(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[int] = []

    def fails(committed: Committed) -> None:
        seen.append(committed.number)
        raise ValueError("out of ink")

    monkeypatch.setattr(writer, "log_troubles", fails)
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        await found.complete(key)
        await found.writer.settle()
        assert [row.state for row in found.store.rows(ProcessInstance)] == ["completed"]
        assert all(instance.last_batch in seen for instance in found.state.instances.values())
    assert set(caplog.messages) == {
        f"Batch {number} is committed, but one who looks on has failed" for number in seen
    }
    assert caplog.records[0].exc_info is not None
