"""In which column and in which row a node stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from counterflow.drawing.layout.scope import ScopeContent, ends_of

Pair = tuple[str, str]


def columns_of(nodes: Sequence[str], pairs: Sequence[Pair]) -> dict[str, int]:
    """How many nodes stand at most to the left of each, along flows that do not lead back."""
    back = set(_leading_back(nodes, pairs))
    forward = [pair for pair in pairs if pair not in back]
    targets = _targets(forward)
    column = dict.fromkeys(nodes, 0)
    waiting = dict.fromkeys(nodes, 0)
    for _, target in forward:
        waiting[target] += 1
    ready = [node for node in nodes if not waiting[node]]
    for node in ready:
        for target in targets[node]:
            column[target] = max(column[target], column[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return column


def _leading_back(nodes: Sequence[str], pairs: Sequence[Pair]) -> Iterator[Pair]:
    """The flows that reach a node which the walk to them has passed: without them there are no circles."""
    entered = {target for _, target in pairs}
    targets = _targets(pairs)
    seen: set[str] = set()
    for root in sorted(nodes, key=lambda node: node in entered):
        path = {root: iter(targets[root])} if root not in seen else {}
        while path:
            node, ahead = next(reversed(path.items()))
            seen.add(node)
            target = next(ahead, None)
            if target is None:
                del path[node]
            elif target in path:
                yield node, target
            elif target not in seen:
                path[target] = iter(targets[target])


def _targets(pairs: Iterable[Pair]) -> Mapping[str, list[str]]:
    targets: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        targets[source].append(target)
    return targets


def rows_of(scope: ScopeContent) -> dict[str, int]:
    """The row of each node: a token's first way stays in its row, further ones get the next free row."""
    row: dict[str, int] = {}
    entered = {target for _, target in scope.pairs}
    own_targets, all_targets = (
        _targets(ends for ends in map(ends_of, scope.flows) if ends in scope.routed),
        _targets(scope.pairs),
    )
    stack: list[tuple[str, int | None]] = [
        (node, None) for node in sorted(scope.main, key=lambda node: node in entered)[::-1]
    ]
    free = 0
    while stack:
        node, wished = stack.pop()
        if node in row:
            continue
        row[node] = free if wished is None else wished
        free += wished is None
        own = [target for target in own_targets[node] if target not in row]
        others = [target for target in all_targets[node] if target not in row and target not in own[:1]]
        stack += [(target, None) for target in others[::-1]]
        stack += [(target, row[node]) for target in own[:1]]
    return row
