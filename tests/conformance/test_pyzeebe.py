"""A stock client against a real server, each in a process of its own: what pyzeebe 4.6 relies on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from counterflow.settings import TransportName
from tests.conformance.looking import incident_of
from tests.conformance.server_process import ServerProcess, free_port

CLIENT = Path(__file__).with_name("pyzeebe_client.py")


@pytest.fixture(scope="module", params=TransportName)
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    """On either transport."""
    with TemporaryDirectory() as folder:
        running = ServerProcess(
            Path(folder) / "counterflow.db", free_port(), transport=request.param
        ).wait_until_ready()
        yield running
        assert running.stop(signal.SIGTERM) == 0


def play(server: ServerProcess, scenario: str, *arguments: str, name: str = "") -> Any:
    """What the client saw."""
    command = [
        sys.executable,
        str(CLIENT),
        server.address,
        name or f"{scenario}-{len(arguments)}",
        scenario,
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_topology_and_health(server: ServerProcess) -> None:
    assert play(server, "topology") == {
        "cluster_size": 1,
        "gateway_version": "8.6.0",
        "partitions": [[1, "0"]],
        "health": "1",
    }


def test_the_same_file_is_deployed_once(server: ServerProcess) -> None:
    assert play(server, "deploy") == {"process": ["deploy-0", 1, "<default>"], "same": True}


@pytest.mark.parametrize("arguments", [(), ("stream",)])
def test_work_by_poll_and_by_stream(server: ServerProcess, arguments: tuple[str, ...]) -> None:
    answer = play(server, "with_result", *arguments)
    expected = [{"number": number, "paid": number * 10, "parcel": f"P-{number * 10}"} for number in range(10)]
    assert answer["results"] == expected
    assert answer["named"] == {"parcel": "P-990"}
    assert answer["doubles"] == 0
    assert len(answer["handled"]) == 22
    assert answer["header"] == {"currency": "EUR"}


def test_a_job_that_fails_is_tried_again_after_its_back_off(server: ServerProcess) -> None:
    assert play(server, "fail_and_try_again") == {
        "retries": [3, 2, 1, 3],
        "types": [f"fail_and_try_again-0-{task}" for task in ("pay", "pay", "pay", "ship")],
        "variables": {"paid": 3},
    }


def test_a_business_error_takes_the_other_way(server: ServerProcess) -> None:
    assert play(server, "throw_error") == {"variables": {"left": None, "sorry": True}}


def test_mistakes_have_the_names_that_the_client_gives_them(server: ServerProcess) -> None:
    assert play(server, "mistakes") == {
        "complete_backing_off": "JobAlreadyDeactivatedError",
        "complete_gone": "JobNotFoundError",
        "fail_gone": "JobNotFoundError",
        "throw_gone": "JobNotFoundError",
        "cancel_gone": "ProcessInstanceNotFoundError",
        "start_unknown": "ProcessDefinitionNotFoundError",
        "result_late": "ProcessTimeoutError",
        "deploy_broken": "ProcessInvalidError",
        "job_of_no_partition": "JobNotFoundError",
    }


def test_an_incident_is_repaired(server: ServerProcess) -> None:
    failed = play(server, "fail_for_good", name="repair")
    incident = incident_of(server.address, failed["instance"])
    assert play(
        server, "repair", str(failed["instance"]), str(failed["job"]), str(incident), name="repair"
    ) == {"retries": 2, "amount": 7}


def test_a_deadline_can_be_moved(server: ServerProcess) -> None:
    assert play(server, "more_time") == {"same": True, "retries": [3, 3]}


def test_polls_that_find_nothing_end_well(server: ServerProcess) -> None:
    assert play(server, "idle") == {"found": [[], [], []]}


def test_messages_are_received_kept_and_told_apart(server: ServerProcess) -> None:
    assert play(server, "publish") == {
        "waiting": {"order": "o-1", "amount": 7},
        "later": {"order": "o-2", "amount": 8},
        "again": "MessageAlreadyExistsError",
        "again_when_gone": "none",
        "dropped": "ProcessTimeoutError",
        "keys_rise": True,
        "tenant": "<default>",
    }


def test_a_message_begins_one_instance_at_a_time(server: ServerProcess) -> None:
    assert play(server, "begin_by_message") == {
        "parcels": [1, 2],
        "by_hand": "ProcessDefinitionHasNoStartEventError",
    }


def test_an_instance_begins_at_a_chosen_element(server: ServerProcess) -> None:
    assert play(server, "start_instructions") == {
        "variables": {"paid": 5, "parcel": "P-5"},
        "refused": ["INVALID_ARGUMENT", "INVALID_ARGUMENT"],
    }


def test_decisions_are_deployed_evaluated_and_called(server: ServerProcess) -> None:
    assert play(server, "decide") == {
        "deployed": ["ProcessMetadata", "DecisionMetadata", "DecisionRequirementsMetadata"],
        "output": 10,
        "type": "DECISION_TABLE",
        "inputs": [["amount", 100]],
        "rules": [[2, [10]]],
        "failed": [None, True, True],
        "missing": "DecisionNotFoundError",
        "variables": {"amount": 20, "discount": 5},
    }
