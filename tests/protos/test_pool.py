"""The private pool: our messages and another Zeebe client's live in one process and understand each other."""

from __future__ import annotations

import subprocess
import sys

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.json_format import MessageToDict
from pyzeebe.proto import gateway_pb2 as stock

from counterflow_wire import POOL, gateway, pool


def test_both_know_the_same_names_and_neither_the_other_ones() -> None:
    theirs = descriptor_pool.Default().FindMessageTypeByName("gateway_protocol.ActivatedJob")
    ours = POOL.FindMessageTypeByName("gateway_protocol.ActivatedJob")
    assert theirs is stock.ActivatedJob.DESCRIPTOR
    assert ours is gateway.ActivatedJob.DESCRIPTOR
    assert len(ours.fields) > len(theirs.fields)


def test_what_one_writes_the_other_reads() -> None:
    ours = gateway.CreateProcessInstanceRequest(
        bpmnProcessId="order", version=-1, variables='{"a":1}', operationReference=7
    )
    ours.startInstructions.add(elementId="pay")
    theirs = stock.CreateProcessInstanceRequest.FromString(ours.SerializeToString())
    assert MessageToDict(theirs) == MessageToDict(ours)
    assert gateway.CreateProcessInstanceRequest.FromString(theirs.SerializeToString()) == ours


def test_a_client_that_knows_less_passes_over_what_is_new() -> None:
    ours = gateway.ActivatedJob(key=1, tags=["urgent"], listenerEventType=gateway.ActivatedJob.UNSPECIFIED)
    theirs = stock.ActivatedJob.FromString(ours.SerializeToString())
    assert theirs.key == 1
    assert gateway.ActivatedJob.FromString(theirs.SerializeToString()) == ours


@pytest.mark.parametrize(
    "first, second",
    [("counterflow_wire", "pyzeebe"), ("pyzeebe", "counterflow_wire")],
)
def test_either_may_be_imported_first(first: str, second: str) -> None:
    script = f"import {first}, {second}; print(len(counterflow_wire.GATEWAY_METHODS), pyzeebe.ZeebeWorker.__name__)"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout.split() == ["22", "ZeebeWorker"]


def test_a_class_is_always_the_same() -> None:
    assert pool.message_class("gateway_protocol.Resource") is gateway.Resource
    assert type(gateway.DeployResourceRequest().resources.add()) is gateway.Resource


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match=r"gateway_protocol\.Workflow"):
        pool.message_class("gateway_protocol.Workflow")


def test_loading_into_another_pool_leaves_ours_alone() -> None:
    other = descriptor_pool.DescriptorPool()
    pool.load(other)
    assert other.FindMessageTypeByName("gateway_protocol.Resource") is not gateway.Resource.DESCRIPTOR
