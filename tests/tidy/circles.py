"""Which modules lead back to themselves: circles of imports, those for type checkers alone and those inside
functions included.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set

from tests.tidy.sources import Source

Graph = Mapping[str, Set[str]]


def imports_among(sources: Iterable[Source]) -> Graph:
    """By module, those of the same sources that it imports: of `from a import b`, `a.b` where that is a module,
    else `a`.
    """
    by_module = {source.module: source for source in sources}
    return {module: set(_imported(source, by_module.keys())) for module, source in by_module.items()}


def circles(graph: Graph) -> list[frozenset[str]]:
    """The sets of modules each of which leads to all of its set, the largest first."""
    reached = {module: _reached(graph, module) for module in graph}
    found = {
        frozenset(other for other in reached[module] if module in reached[other])
        for module in graph
        if module in reached[module]
    }
    return sorted(found, key=lambda circle: (-len(circle), sorted(circle)))


def _imported(source: Source, modules: Set[str]) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in modules or node.module in modules:
                    yield inner if inner in modules else node.module


def _reached(graph: Graph, module: str) -> set[str]:
    """All that a module leads to; itself only where it leads back."""
    reached: set[str] = set()
    waiting = list(graph[module])
    while waiting:
        following = waiting.pop()
        if following not in reached:
            reached.add(following)
            waiting += graph[following]
    return reached
