"""What a step may have to do later, named so that it can be put off. It is a function of the house and keys,
never a closure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Causes = frozenset[tuple[int, str]]
"""Throwing events, by definition and element."""
NO_CAUSES: Causes = frozenset()


@dataclass(frozen=True, slots=True)
class Regarding:
    """A continuation that is told something more than its token.

    With a `document_key` there is a document as well, which is kept once however often it is put off.
    """

    continuation: Callable[..., Any]
    about: str
    document_key: int = 0
    document: Mapping[str, bytes] | None = None

    def __call__(self, token: Any) -> None:
        """Go on."""
        self.continuation(token, self.about)


class Arrival(NamedTuple):
    """Something that comes from outside: `reach` is given this, and answers what is to come next. That is
    where it comes to several, one after another.

    `key` is of what comes or of whom it reaches, in the process instance `process_instance_key` if it is of
    one.

    What it brings is kept once for all arrivals with the same `document_key`.
    """

    reach: Callable[[Any, Arrival], Arrival | None]
    key: int
    process_instance_key: int = 0
    about: str = ""
    causes: Causes = NO_CAUSES
    document_key: int = 0
    document: Mapping[str, bytes] | None = None
    in_turn: tuple[int, ...] = ()
    """Who is next, as far as that was looked for; never put off."""
