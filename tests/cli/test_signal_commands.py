"""Broadcasting signals, and what waits for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.cli.exits import REJECTED
from tests.cli.commands import CommandLine
from tests.cli.models import HEARING


@pytest.fixture(autouse=True)
def deployed(counterflow: CommandLine, tmp_path: Path) -> None:
    """What the tests start."""
    path = tmp_path / "hearing.bpmn"
    path.write_bytes(HEARING)
    counterflow.good("deploy", path)


def test_a_signal_reaches_who_waits_and_begins_what_it_starts(counterflow: CommandLine) -> None:
    key = counterflow.start("hearing")
    assert "△ prices-changed" in counterflow.good("show", key).data
    run = counterflow.good("broadcast", "prices-changed", "--variables", '{"rate": 2}')
    assert int(run.data) > key
    first, waited, begun = run.words.splitlines()
    assert first == "Broadcast prices-changed. It has reached"
    assert waited == f"  process instance {key} of hearing, which waited at Hear of it"
    assert begun.endswith("of hearing, which it has begun at Prices changed")
    shown = counterflow.good("show", key).data
    assert f"△ prices-changed {run.data.strip()} received" in shown
    found = counterflow.good("show", key, "--json").json
    assert {"name": "rate", "value": 2} in found["root"]["variables"]


def test_a_signal_for_nobody_is_gone(counterflow: CommandLine) -> None:
    run = counterflow.good("broadcast", "other", "--json")
    assert sorted(run.json) == ["broadcastAtMs", "key", "receivers", "receiversLeftOut", "tenantId"]
    assert run.words == "Broadcast other: nobody waited for it, and it is gone.\n"


def test_a_script_may_insist_on_a_receiver(counterflow: CommandLine) -> None:
    run = counterflow("broadcast", "other", "--require-receiver")
    assert (run.code, run.words) == (REJECTED, "Broadcast other: nobody waited for it\n")
