"""The workers for scripts: what a script sees, gives, sets and throws, and that it has a process of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from counterflow_worker import load
from counterflow_worker.testing import Completed, Failed, Outcome, Thrown, feed
from tests.conformance.toolchains import missing

SAMPLES = Path(__file__).parents[2] / "workers" / "samples" / "scripts"
PYTHON = SAMPLES / "python" / "worker.py"
NODE = SAMPLES / "node" / "run_script.js"


async def ran(script: str, variables: dict[str, object], result: str | None = "result") -> Outcome:
    headers = {"script": script} | ({"resultVariable": result} if result is not None else {})
    return await feed(load(PYTHON), "script.python", variables, headers=headers)


@pytest.mark.parametrize(
    "script, result, expected",
    [
        ("a + 1", "result", '{"result":3}'),
        ("b = a * 2\nb", "result", '{"result":4}'),
        ("b = a * 2", "result", '{"result":null}'),
        ("execution.setVariable('c', execution.getVariable('a'))", None, '{"c":2}'),
        ("print('not a result')\n[a, None, {'b': True}]", "result", '{"result":[2,null,{"b":true}]}'),
        ("import os; sorted(set(os.environ) - {'LC_CTYPE'})", "result", '{"result":[]}'),
        ("import os; os.listdir('.')", "result", '{"result":[]}'),
    ],
)
async def test_a_python_script_gives_its_last_value(script: str, result: str | None, expected: str) -> None:
    assert await ran(script, {"a": 2}, result) == Completed(variables_json=expected)


async def test_a_python_script_may_throw_the_error_of_its_task() -> None:
    assert await ran("raise BpmnError('FULL', 'no room')", {}) == Thrown(code="FULL", message="no room")


@pytest.mark.parametrize(
    "script", ["1 / 0", "a +", "object()", "f = open('x', 'w'); f.write('much'); f.flush()"]
)
async def test_a_python_script_that_fails_is_a_failed_job(script: str) -> None:
    assert isinstance(await ran(script, {}), Failed)


async def test_a_script_that_is_kept_elsewhere_is_refused() -> None:
    outcome = await feed(load(PYTHON), "script.python", {}, headers={"resource": "deployment://a.py"})
    assert isinstance(outcome, Failed)
    assert "deployment://a.py" in outcome.message


@pytest.mark.skipif(bool(missing(["node"])), reason="needs node on the PATH")
@pytest.mark.parametrize(
    "script, expected",
    [
        ("a + 1", {"variables": {}, "result": 3}),
        (
            "var b = a; execution.setVariable('c', execution.getVariable('a')); b",
            {"variables": {"c": 2}, "result": 2},
        ),
        ("print('not a result')", {"variables": {}, "result": None}),
        ("typeof process + typeof require", {"variables": {}, "result": "undefinedundefined"}),
        ("throw new BpmnError('FULL', 'no room')", {"error": {"code": "FULL", "message": "no room"}}),
        ("throw BpmnError('FULL')", {"error": {"code": "FULL", "message": ""}}),
    ],
)
def test_a_script_in_javascript(script: str, expected: dict[str, object]) -> None:
    done = subprocess.run(
        ["node", str(NODE)],  # noqa: S607 - the one that the worker would run, too
        input=json.dumps({"script": script, "variables": {"a": 2}}),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == expected
