"""What a step may have to do later, named so that it can be put off: a function of the house and keys, never
a closure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Regarding:
    """A continuation that is told something more than its token."""

    continuation: Callable[[Any, str], None]
    about: str

    def __call__(self, token: Any) -> None:
        """Go on."""
        self.continuation(token, self.about)


class Arrival(NamedTuple):
    """Something that comes from outside: `come` is given this. `key` is of what comes or of whom it reaches,
    in the process instance `process_instance_key` if it is of one.
    """

    come: Callable[[Any, Arrival], None]
    key: int
    process_instance_key: int = 0
    about: str = ""
