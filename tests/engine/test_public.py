"""The public names, and how they are called: whoever changes one of them changes what programs rely on."""

from __future__ import annotations

import builtins
import inspect
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest

import counterflow
from counterflow.engine.blocking_user_task_verbs import BlockingUserTaskVerbs
from counterflow.engine.blocking_verbs import BlockingVerbs
from counterflow.engine.verbs import Verbs
from counterflow.testing import Engine as EngineByHand

PINNED = Path(__file__).parent / "public.txt"
VERBS = sorted(name for name in dir(Verbs) if not name.startswith("_"))


def members(kind: type) -> list[str]:
    """The public methods and fields of a class, as they are written; settings have a table of their own."""
    if issubclass(kind, Enum):
        return [f"    {member.name}" for member in kind]
    if issubclass(kind, BaseException):
        return [f"    __init__{inspect.signature(kind.__init__)}"] if "__init__" in vars(kind) else []
    shown = [] if kind is counterflow.Settings else [name for name in dir(kind) if not name.startswith("_")]
    return [f"    {spelled(kind, name)}" for name in shown]


def spelled(kind: type, name: str) -> str:
    member = inspect.getattr_static(kind, name)
    if not inspect.isfunction(member):
        home = next(each for each in kind.__mro__ if name in vars(each).get("__annotations__", {}))
        return f"{name}: {home.__annotations__[name]}"
    mark = "async " if inspect.iscoroutinefunction(member) else ""
    return f"{mark}{name}{inspect.signature(member)}"


def written() -> str:
    lines = []
    for name in [*counterflow.__all__, "open"]:
        thing = getattr(counterflow, name)
        if isinstance(thing, type):
            lines += [f"class {name}", *members(thing)]
        elif callable(thing):
            lines.append(f"{name}{inspect.signature(thing)}")
        else:
            lines.append(name)
    lines += ["class counterflow.testing.Engine", *members(EngineByHand)]
    return "\n".join(lines) + "\n"


def test_the_public_names_and_signatures_are_these() -> None:
    assert written() == PINNED.read_text(encoding="utf-8"), (
        "what programs rely on has changed: say so in CHANGELOG.md, and run python -m tests.engine.test_public"
    )


def test_all_names_at_once_leave_python_s_own_alone() -> None:
    assert not set(counterflow.__all__) & set(dir(builtins))
    assert "open" in dir(counterflow)


def test_whatever_is_public_says_what_it_is() -> None:
    things = [getattr(counterflow, name) for name in counterflow.__all__ if name != "__version__"]
    assert [thing for thing in things if not inspect.getdoc(thing)] == []


@pytest.mark.parametrize("verb", VERBS)
def test_both_faces_have_the_same_verbs(verb: str) -> None:
    awaited, waiting = getattr(Verbs, verb), getattr(BlockingVerbs, verb)
    assert inspect.signature(awaited) == inspect.signature(waiting)
    assert inspect.getdoc(awaited) == inspect.getdoc(waiting)


def test_no_face_has_a_verb_of_its_own() -> None:
    own = {**vars(BlockingVerbs), **vars(BlockingUserTaskVerbs)}
    assert sorted(name for name in own if not name.startswith("_")) == VERBS
    assert issubclass(counterflow.BlockingEngine, BlockingVerbs)
    assert issubclass(EngineByHand, BlockingVerbs)


def test_a_name_that_is_not_there() -> None:
    assert "Engine" in dir(counterflow)
    with pytest.raises(AttributeError, match="module 'counterflow' has no attribute 'Motor'"):
        counterflow.Motor  # noqa: B018 - asking is the test


def test_the_package_alone_loads_nothing() -> None:
    told = (
        "import sys; before = set(sys.modules); import counterflow; print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    ours = [name for name in run.stdout.split() if name.startswith("counterflow")]
    assert ours == ["counterflow", "counterflow.version"]


def test_an_engine_in_memory_loads_neither_the_network_nor_a_database() -> None:
    told = "import sys; from counterflow import Engine; Engine(); print(*sorted({name.split('.')[0] for name in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()).isdisjoint({"grpc", "sqlalchemy", "rich", "typer"})


if __name__ == "__main__":
    PINNED.write_text(written(), encoding="utf-8")
