"""Why Counterflow differs from Operaton: `reasons.toml`, and which difference each reason is for.

A reason without a difference is stale, a difference without a reason is a bug: the tool tells of both and
fails.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from tests.conformance.oracle.compare import Difference

FILE = Path(__file__).with_name("reasons.toml")


@dataclass(frozen=True)
class Place:
    """Where a reason holds: globs of behaviours, aspects, and regular expressions for the line and for what
    is shown; empty: any.
    """

    behaviours: tuple[str, ...]
    aspects: tuple[str, ...] = ()
    line: str = ""
    shows: str = ""

    def holds_for(self, difference: Difference, shown: str) -> bool:
        """Whether it is this place where a difference shows something."""
        return (
            any(fnmatchcase(difference.behaviour, glob) for glob in self.behaviours)
            and (not self.aspects or difference.aspect in self.aspects)
            and re.search(self.line, difference.line) is not None
            and re.search(self.shows, shown) is not None
        )


@dataclass(frozen=True)
class Reason:
    """What Operaton does, what we do, and why."""

    title: str
    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Exclusion:
    """Why Operaton is not asked, or refuses a diagram.

    `pattern` is a glob of behaviours, or a regular expression for the refusal.
    """

    title: str
    text: str
    patterns: tuple[str, ...]


@dataclass
class Reasons:
    """All of them, as the file has them."""

    differences: list[Reason] = field(default_factory=list)
    not_asked: list[Exclusion] = field(default_factory=list)
    refused: list[Exclusion] = field(default_factory=list)

    def entries(self) -> list[Reason | Exclusion]:
        """All of them, in the order of the document."""
        return [*self.differences, *self.refused, *self.not_asked]

    def why_not_asked(self, behaviour: str) -> str:
        """The title of the reason for not asking; empty if it is to be asked."""
        return next(
            (
                why.title
                for why in self.not_asked
                if any(fnmatchcase(behaviour, glob) for glob in why.patterns)
            ),
            "",
        )

    def why_refused(self, refusal: str) -> str:
        """The title of the reason for which Operaton refuses; empty if it is not known."""
        return next(
            (
                why.title
                for why in self.refused
                if any(re.search(pattern, refusal) for pattern in why.patterns)
            ),
            "",
        )

    def explain(self, difference: Difference) -> tuple[list[str], list[str]]:
        """Titles of the reasons for a difference, and what it shows without a reason."""
        titles: dict[str, None] = {}
        unexplained: list[str] = []
        for whose, texts in (("Operaton", difference.first), ("Counterflow", difference.second)):
            for text in texts:
                shown = f"{whose}: {text}"
                title = self._why(difference, shown)
                if title:
                    titles[title] = None
                else:
                    unexplained.append(shown)
        return list(titles), unexplained

    def _why(self, difference: Difference, shown: str) -> str:
        return next(
            (
                reason.title
                for reason in self.differences
                if any(place.holds_for(difference, shown) for place in reason.places)
            ),
            "",
        )


def read_reasons(file: Path = FILE) -> Reasons:
    """Read the file. Raises `KeyError` or `TypeError` where it is not of its form."""
    found = tomllib.loads(file.read_text())
    differences = [
        Reason(
            entry["title"],
            entry["text"].strip(),
            tuple(
                Place(
                    tuple(where["behaviours"]),
                    tuple(where.get("aspects", ())),
                    where.get("line", ""),
                    where.get("shows", ""),
                )
                for where in entry["where"]
            ),
        )
        for entry in found["difference"]
    ]
    return Reasons(
        differences, _exclusions(found["not_asked"], "behaviours"), _exclusions(found["refused"], "refusals")
    )


def _exclusions(entries: list[dict[str, object]], patterns: str) -> list[Exclusion]:
    return [
        Exclusion(str(entry["title"]), str(entry["text"]).strip(), tuple(entry[patterns]))  # type: ignore[arg-type]  # lists of strings in TOML
        for entry in entries
    ]
