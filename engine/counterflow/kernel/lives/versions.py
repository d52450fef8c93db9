"""What is said of versions of something deployed, where the one that a binding means is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from counterflow.model.graph import Binding

SHOWN = 10
"""So many of those that are there are told where one is not."""


class Versioned(Protocol):
    """A row that is one version of something."""

    @property
    def version(self) -> int:
        """Its number."""
        ...

    @property
    def version_tag(self) -> str | None:
        """Its label."""
        ...


def listed(names: Iterable[str]) -> str:
    """The first of these names, and how many there are besides."""
    known = list(names)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more


def labels(rows: Iterable[Versioned]) -> Iterator[str]:
    """Each version by its number, with its tag if it has one."""
    return (f"{row.version}" + (f" (tag '{row.version_tag}')" if row.version_tag else "") for row in rows)


def why_missing(rows: Sequence[Versioned], binding: Binding, which: str, *, bound: str, by: str) -> str:
    """Why none of these versions is meant by what is `bound` (the process, say) `by` something of it."""
    there = listed(labels(rows))
    if binding is Binding.DEPLOYMENT:
        return (
            f"it was not deployed together with this version of {bound} (its versions: {there}); "
            f"deploy both together and start a new instance, or bind {by} to the latest version"
        )
    expected = f"version '{which}'" if binding is Binding.VERSION else f"version with tag '{which}'"
    return f"it has no {expected} (its versions: {there}); deploy it and resolve the incident"
