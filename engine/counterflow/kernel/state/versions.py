"""Which numbers of versions were ever given, by id: that of a deleted version is never given again."""

from __future__ import annotations


class GivenVersions(dict[str, set[int]]):
    """Numbers of versions by id. Follows the rows, those of deleted versions included."""

    def next(self, identifier: str) -> int:
        """The version that comes next; the first is 1."""
        return max(self.get(identifier, ()), default=0) + 1

    def add(self, identifier: str, version: int) -> None:
        """A version is there."""
        self.setdefault(identifier, set()).add(version)

    def take_back(self, identifier: str, version: int) -> None:
        """A version was never there: its command has been taken back."""
        self[identifier].discard(version)
        if not self[identifier]:
            del self[identifier]
