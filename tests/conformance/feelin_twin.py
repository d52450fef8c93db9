"""feelin, the FEEL of bpmn-io on Node, as a second opinion: installed from the lock file beside it, asked in
one batch.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "feelin"
_INSTALL_SECONDS: Final = 180
_ANSWER_SECONDS: Final = 180


class Unavailable(Exception):
    """There is no Node here, or feelin cannot be installed; the message says which."""


def install(directory: Path) -> Path:
    """Put feelin into a directory, by `npm ci`; the script to run is the answer. Raises Unavailable."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Unavailable("needs Node with npm")
    for each in FOLDER.iterdir():
        shutil.copy(each, directory)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        done = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm ci did not end within {_INSTALL_SECONDS} seconds") from None
    if done.returncode:
        raise Unavailable(f"npm ci failed: {done.stderr.strip()[-300:]}")
    return directory / "twin.mjs"


def run(script: Path, given: object) -> Any:
    """What a script beside feelin answers, JSON to JSON."""
    node = shutil.which("node")
    if node is None:
        raise Unavailable("needs Node")
    command = [node, str(script)]
    done = subprocess.run(
        command,
        cwd=script.parent,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=_ANSWER_SECONDS,
    )
    return json.loads(done.stdout)


def answers(script: Path, texts: list[str], variables: Mapping[str, Any]) -> list[Any]:
    """What feelin makes of each expression, in JSON; `{"@": text}` stands for a date, time or duration."""
    return [
        each.get("value", each)
        for each in run(script, [{"text": text, "variables": variables} for text in texts])
    ]
