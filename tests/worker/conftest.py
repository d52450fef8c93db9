"""A gateway for each test, and a client of it whose waits cost nothing."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from counterflow_worker import Client
from counterflow_worker.clock import Clock
from tests.worker.clocks import InstantClock
from tests.worker.fake_gateway import FakeGateway


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with FakeGateway() as gateway:
        yield gateway


@pytest.fixture
def clock() -> Clock:
    return InstantClock()


@pytest.fixture
async def client(gateway: FakeGateway, clock: Clock) -> AsyncIterator[Client]:
    async with Client(gateway.address, clock=clock, random=Random(1)) as client:
        yield client
