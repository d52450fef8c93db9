"""Business keys: what a process instance is meant by where its model says no correlation key."""

from __future__ import annotations

import pytest

from counterflow.kernel.lives.instances import CreateProcessInstance
from counterflow.kernel.rows import MessageSubscription
from tests.bpmn.diagram import definitions, element, end, path, process, start
from tests.kernel.bench import Bench

WAITS = definitions(
    process(
        start(), element("receiveTask", id="wait", messageRef="order"), end(), path("start", "wait", "end")
    ),
    element("message", id="order", name="order"),
)


@pytest.mark.parametrize(
    "value, key",
    [
        (b'"o-17"', "o-17"),
        (b"17", "17"),
        (b"-1.50", "-1.50"),
        (b"10000000000000000.1", "10000000000000000.1"),
        (b"1e400", "1e400"),
        (b"1" * 5_000, "1" * 5_000),
        (b"true", ""),
        (b"null", ""),
        (b'{"a": 1}', ""),
    ],
)
def test_a_text_or_a_number_as_it_is_written(value: bytes, key: str) -> None:
    bench = Bench(WAITS)
    bench.do(CreateProcessInstance(bpmn_process_id="process", variables={"businessKey": value}))
    (subscription,) = bench.rows(MessageSubscription)
    assert subscription.correlation_key == key
