"""Circles of imports, in small repositories made up for them."""

from __future__ import annotations

from tests.tidy.circles import circles, imports_among
from tests.tidy.sources import Source

LINE = "from counterflow.kernel import state\n"
FOR_TYPES = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from counterflow.loop import Loop\n"
INSIDE = "def late() -> None:\n    import counterflow.edge.server\n"


def found(**texts: str) -> list[set[str]]:
    """The circles of these modules of the engine, named by their paths with `_` for a slash; `feel_` is the
    package.
    """
    paths = {
        name: name.replace("_", "/") if not name.endswith("_") else f"{name[:-1]}/__init__" for name in texts
    }
    sources = [Source(f"engine/counterflow/{paths[name]}.py", text) for name, text in texts.items()]
    return [set(circle) for circle in circles(imports_among(sources))]


def test_a_line_is_no_circle() -> None:
    assert found(kernel_step=LINE, kernel_state="", loop="from counterflow.kernel.step import Step\n") == []


def test_two_modules_that_import_each_other() -> None:
    assert found(kernel_step=LINE, kernel_state="import counterflow.kernel.step\n") == [
        {"counterflow.kernel.step", "counterflow.kernel.state"}
    ]


def test_what_only_type_checkers_and_functions_import_counts() -> None:
    circle = found(loop=INSIDE, edge_server="from counterflow import partition\n", partition=FOR_TYPES)
    assert circle == [{"counterflow.loop", "counterflow.edge.server", "counterflow.partition"}]


def test_circles_are_told_apart_and_what_only_leads_to_one_is_not_in_it() -> None:
    assert found(
        a="from counterflow import b\n",
        b="from counterflow.c import C\n",
        c="from counterflow.b import B\nfrom counterflow.d import D\n",
        d="from counterflow import e, f\n",
        e="from counterflow.f import F\n",
        f="from counterflow.d import D\n",
    ) == [{f"counterflow.{name}" for name in "def"}, {f"counterflow.{name}" for name in "bc"}]


def test_a_package_is_meant_where_the_name_is_no_module() -> None:
    assert found(feel_="from counterflow.feel import tree\n", feel_tree="") == []
    assert found(
        feel_="from counterflow.feel.tree import Tree\n",
        feel_tree="from counterflow.feel import compile_text\n",
    ) == [{"counterflow.feel", "counterflow.feel.tree"}]


def test_a_module_that_imports_itself() -> None:
    assert found(loop="from counterflow.loop import Loop\n") == [{"counterflow.loop"}]
