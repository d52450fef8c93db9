"""Incidents and quarantines are logged once they are durable, and in words that hold no value."""

from __future__ import annotations

import logging

import pytest

from counterflow.kernel.lives.jobs import FailJob
from counterflow.kernel.row import Row
from counterflow.kernel.rows import Incident
from counterflow.kernel.vocabulary import Rejection
from counterflow.model.graph import Behaviour
from counterflow.partition.observers import Committed
from counterflow.partition.refusals import Unavailable
from counterflow.partition.troubles import MOST_LINES, log_troubles
from counterflow.store.port import Batch, StoreError
from tests.conformance.store_samples import sample
from tests.kernel.test_engine import break_room
from tests.partition.rig import Rig, rig

SECRET = "s3cret"


def failing(found: Rig) -> FailJob:
    (key,) = found.job_keys()
    return FailJob(job_key=key, retries=0, message=SECRET, variables={"pin": b'"s3cret"'})


async def test_an_incident_is_told_after_its_commit(caplog: pytest.LogCaptureFixture) -> None:
    async with rig() as found:
        header = await found.create(card=SECRET)
        with found.store.held_up():
            answer = found.writer.submit(failing(found))
            await found.store.is_committing()
            assert caplog.messages == []
        await answer
        (incident,) = found.store.rows(Incident)
        assert caplog.messages == [
            (
                f"Incident {incident.key}: JOB_NO_RETRIES at 'pack' of 'process', process instance {header.key}; "
                f"`counterflow show {header.key}` says why"
            )
        ]
        assert SECRET not in caplog.text


async def test_an_incident_that_was_not_committed_is_none(caplog: pytest.LogCaptureFixture) -> None:
    async with rig() as found:
        await found.create()
        found.store.faults.append(StoreError("disk full"))
        with pytest.raises(Unavailable):
            await found.writer.submit(failing(found))
        assert caplog.messages == ["A batch could not be committed, going on from the store: disk full"]


async def test_a_quarantine_is_told_with_the_place_of_the_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with rig() as found:
        header = await found.create()
        break_room(monkeypatch, Behaviour.END_EVENT)
        (key,) = found.job_keys()
        with pytest.raises(Rejection):
            found.complete(key)
        await found.writer.settle()
        fault, quarantine = caplog.records
        assert fault.getMessage() == f"CompleteJob on process instance {header.key} met an internal fault"
        assert fault.exc_info is not None
        assert quarantine.levelno == logging.ERROR
        assert quarantine.getMessage() == (
            f"Process instance {header.key} of 'process' is quarantined; `counterflow quarantine list` says why"
        )


async def test_a_flood_of_incidents_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    async with rig() as found:
        incidents: list[Row] = [sample(Incident, number) for number in range(MOST_LINES + 7)]
        log_troubles(Committed(1, Batch({Incident: incidents}, {}, []), found.state))
    assert len(caplog.messages) == MOST_LINES + 1
    assert (
        caplog.messages[-1] == "… and 7 more incidents at the same time; `counterflow incidents` lists them"
    )
    assert "at 'text 3' of '?'" in caplog.messages[3]


async def test_a_store_that_is_away_is_told_once_and_its_return_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "counterflow")
    async with rig() as found:
        await found.create()
        (key,) = found.job_keys()
        found.store.faults.append(StoreError("connection lost"))
        found.store.read_fault = StoreError("nobody there")
        with pytest.raises(Unavailable):
            await found.complete(key)
        for _ in range(5):
            with pytest.raises(Unavailable, match="neither be written nor read"):
                found.complete(key)
        found.store.read_fault = None
        await found.complete(key)
    assert caplog.messages == [
        "A batch could not be committed, going on from the store: connection lost",
        "The store cannot be read; nothing is decided until it can",
        "The store can be read again",
    ]
