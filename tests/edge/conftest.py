"""One server for each test, in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.edge.served import Served, serving


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving() as running:
        yield running
