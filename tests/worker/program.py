"""A worker in a process of its own, beside the gateway of a test."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def running(*arguments: str, **variables: str) -> AsyncIterator[Process]:
    """`python ARGUMENTS…` with both of its outputs to read; behind the block it has ended, and its pipes are closed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, stderr=PIPE, env=os.environ | variables
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
