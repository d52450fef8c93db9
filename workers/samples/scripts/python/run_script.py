"""One script: a JSON object with `script` and `variables` comes in, one with what came of it goes out."""

import ast
import contextlib
import importlib
import json
import sys
from types import ModuleType
from typing import Any

resource: ModuleType | None = None
with contextlib.suppress(ImportError):  # Windows has no such limits
    resource = importlib.import_module("resource")

MEMORY = 512 * 1024 * 1024


class BpmnError(Exception):
    """Ends the task with a BPMN error."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code, self.message = code, message


class Execution:
    """What scripts of Camunda 7 and Activiti call `execution`."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.known = variables
        self.set: dict[str, Any] = {}

    def getVariable(self, name: str) -> Any:  # noqa: N802 - the name that such scripts use
        return self.set.get(name, self.known.get(name))

    def setVariable(self, name: str, value: Any) -> None:  # noqa: N802 - the name that such scripts use
        self.set[name] = value


def run(script: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The variables that a script sets, and the value of its last expression."""
    execution = Execution(variables)
    names = {**variables, "execution": execution, "BpmnError": BpmnError, "__name__": "script"}
    body = ast.parse(script).body
    last = body[-1] if body else None
    if isinstance(last, ast.Expr):
        body[-1] = ast.copy_location(ast.Assign([ast.Name("__result__", ast.Store())], last.value), last)
    whole = ast.fix_missing_locations(ast.Module(body, []))
    exec(compile(whole, "script", "exec"), names)  # noqa: S102 - this is what it is for
    return {"variables": execution.set, "result": names.get("__result__")}


def limit(seconds: int) -> None:
    """Bound time, memory and files, where the system knows how."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    task = json.load(sys.stdin)
    limit(int(sys.argv[1]))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            said = run(task["script"], task["variables"])
    except BpmnError as error:
        said = {"error": {"code": error.code, "message": error.message}}
    json.dump(said, sys.stdout)
