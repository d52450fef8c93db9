"""A real server that may have only a little more memory than it begins with: what was acknowledged is kept,
and what is not is told so, or the process ends with words.
"""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import grpc
import pytest

from counterflow.kernel.rows import ProcessInstance
from counterflow.store.open import open_store
from counterflow_wire import gateway
from tests.conformance.test_lost_database import Served, call

MEBIBYTE = 1024 * 1024
VARIABLES = json.dumps({"large": "x" * 1_900_000})
INSTANCES = 48

pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")


def address_space(process_id: int) -> int:
    """What a process has taken of it, in bytes."""
    return int(Path("/proc", str(process_id), "statm").read_text().split()[0]) * resource.getpagesize()


def acknowledged(served: Served, address: str) -> tuple[set[int], list[Any]]:
    """Large instances are asked for, one after another, as long as somebody answers; keys and refusals."""
    keys: set[int] = set()
    refusals: list[Any] = []
    request = gateway.CreateProcessInstanceRequest(bpmnProcessId="order", version=-1, variables=VARIABLES)
    for _ in range(INSTANCES):
        if not served.process.is_running:
            break
        try:
            keys.add(call(address, "CreateProcessInstance", request).processInstanceKey)
        except grpc.RpcError as refused:
            refusals.append(refused)
    return keys, refusals


@pytest.mark.parametrize("megabytes", [20, 60])
def test_what_was_acknowledged_is_kept_where_memory_is_lacking(tmp_path: Path, megabytes: int) -> None:
    served = Served(tmp_path)
    try:
        most = address_space(served.process.pid) + megabytes * MEBIBYTE
        resource.prlimit(served.process.pid, resource.RLIMIT_AS, (most, most))
        keys, refusals = acknowledged(served, served.process.address)
        if not served.process.is_running:
            assert "Fatal Python error" in served.log or "memory" in served.log
    finally:
        served.process.kill()
    assert {refused.code() for refused in refusals} <= {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
    assert refusals, "memory was never lacking"
    store = open_store(f"sqlite:///{served.database}")
    try:
        assert keys <= {row.key for row in store.scan(ProcessInstance, {})}
    finally:
        store.close()
