"""Which numbers of versions were ever given, by id: that of a deleted version is never given again."""

from __future__ import annotations


class GivenVersions:
    """Numbers of versions by id. Follows the rows, those of deleted versions included."""

    def __init__(self) -> None:
        self._given: dict[str, set[int]] = {}

    def next(self, identifier: str) -> int:
        """The version that comes next; the first is 1."""
        return max(self._given.get(identifier, ()), default=0) + 1

    def add(self, identifier: str, version: int) -> None:
        """A version is there."""
        self._given.setdefault(identifier, set()).add(version)

    def take_back(self, identifier: str, version: int) -> None:
        """A version was never there: its command has been taken back."""
        given = self._given[identifier]
        given.discard(version)
        if not given:
            del self._given[identifier]
