"""What tests of the HTTP side share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.edge.http.asking import Asking, asking


@pytest_asyncio.fixture
async def asked() -> AsyncIterator[Asking]:
    """A server of its own."""
    async with asking() as served:
        yield served
