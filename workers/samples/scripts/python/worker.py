"""Runs the Python scripts of models, each in a process of its own. This is no sandbox: see the README."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from counterflow_worker import BpmnError, Job, Worker

RUNNER = Path(__file__).with_name("run_script.py")
SECONDS = 10

worker = Worker(name="scripts-python")


@worker.task("script.python")
def run(job: Job) -> dict[str, Any]:
    """The variables that the script has set, and its result where the model names a variable for it."""
    script = job.headers.get("script")
    if script is None:
        raise ValueError(f"the script is kept in {job.headers.get('resource')}; write it into the model")
    said = run_apart({"script": script, "variables": dict(job.variables)})
    if "error" in said:
        raise BpmnError(said["error"]["code"], said["error"]["message"])
    name = job.headers.get("resultVariable")
    return {**said["variables"], **({name: said["result"]} if name else {})}


def run_apart(task: dict[str, Any]) -> dict[str, Any]:
    """What a script has said at its end. Raises ValueError with what it printed, where it failed."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - a model's own script is what this worker is for, see the README
            [sys.executable, "-I", str(RUNNER), str(SECONDS)],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            cwd=folder,
            env={},
            timeout=2 * SECONDS,
            check=False,
        )
    if done.returncode != 0:
        raise ValueError(f"the script failed: {done.stderr.strip()[-2000:] or done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


if __name__ == "__main__":
    worker.start()
