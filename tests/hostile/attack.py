"""What an attack is: a story, a coroutine, and how much of it was seen to do harm."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.hostile.target import Target

FOLDER = Path(__file__).parent / "attacks"
FULL = 10.0
"""How many times the dose that was seen to do harm the server has to bear."""


class Attack(NamedTuple):
    """One way to take a server from everybody else; each is `ATTACK` of a file in `attacks`."""

    story: str
    """What is done, in a line."""
    run: Callable[[Target, int], Awaitable[None]]
    """Does it at a dose. Refusals are noted with the target; what is raised fails the attack itself."""
    seen: int
    """The dose that was seen to do harm, in whatever the story counts."""
    small: float = 0.1
    """The part of it that is given where every change is tested: a second or two."""
    settings: Mapping[str, str] = MappingProxyType({})
    """Those of the server, where they are not the defaults."""
    is_secure: bool = False
    """The server speaks TLS."""
    is_kept: bool = False
    """What it leaves in the database may do harm again: tests too start the server anew behind it."""
    most_seconds: float = 120.0
    """Longer it is not carried on."""
    before: Callable[[Path, int], None] | None = None
    """What is in the database before the server is: written into the file at a dose."""
    transports: tuple[str, ...] = ("native", "grpcio")
    """Who of those that speak gRPC can be attacked so."""

    def dose(self, factor: float) -> int:
        """So many times what was seen, one at least."""
        return max(1, round(self.seen * factor))


def attacks() -> Mapping[str, Attack]:
    """Every attack by the name of its file. Raises `AssertionError` for a file without one."""
    return {file.stem: read_attack(file.stem) for file in sorted(FOLDER.glob("*.py"))}


def read_attack(name: str) -> Attack:
    """The attack of one file. Raises `AssertionError` where there is none in it."""
    found = getattr(importlib.import_module(f"tests.hostile.attacks.{name}"), "ATTACK", None)
    assert isinstance(found, Attack), f"tests/hostile/attacks/{name}.py: expected ATTACK, found {found!r}"
    return found
