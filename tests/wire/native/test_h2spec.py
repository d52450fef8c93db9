"""h2spec, a test kit for HTTP/2 servers in Go: all its cases, against a server in this process.

The frames of `transport = grpcio` are its library's, whose authors test them: whatever a case might find there
could not be mended here.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.wire.native.house import serving

MODULE = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible"
INSTALL_SECONDS = 300
RUN_SECONDS = 240


async def run(*command: str, environment: dict[str, str] | None = None, seconds: float) -> tuple[int, str]:
    """Exit code and output of a program."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | (environment or {}),
    )
    async with asyncio.timeout(seconds):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")


async def h2spec(folder: Path) -> str:
    """Where the program is; built by Go where it is not there yet."""
    if found := shutil.which("h2spec"):
        return found
    if not shutil.which("go"):
        pytest.skip("there is no Go on this machine to build h2spec with")
    code, output = await run(
        "go", "install", MODULE, environment={"GOBIN": str(folder)}, seconds=INSTALL_SECONDS
    )
    if code:
        pytest.skip(f"h2spec cannot be built: {output.strip().splitlines()[-1]}")
    return str(folder / "h2spec")


async def test_every_case_of_h2spec(tmp_path: Path) -> None:
    program = await h2spec(tmp_path)
    async with serving() as (_, _, port):
        _, output = await run(
            program, "--host", "127.0.0.1", "--port", str(port), "--timeout", "2", seconds=RUN_SECONDS
        )
    found = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", output)
    assert found, output
    total, passed, skipped, failed = map(int, found.groups())
    assert (failed, skipped) == (0, 0), output
    assert passed == total >= 140
