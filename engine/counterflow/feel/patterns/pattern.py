"""A compiled pattern: RE2 where it can answer, else step by step."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, Protocol

import re2

from counterflow.feel.patterns import linear
from counterflow.feel.patterns.ahead import reads_ahead
from counterflow.feel.patterns.backtracking import Flags, Program
from counterflow.feel.patterns.reader import read
from counterflow.feel.patterns.tree import Anchor, Group, PatternError, PatternNode, children
from counterflow.feel.run import TEXT_PER_FUEL, Run

_BYTES: Final = 1 << 20
"""What RE2 may hold for one automaton."""
_LARGEST: Final = 10_000
"""Instructions of a program of RE2: each may have to be tried at each character."""

_MATCH_FUEL: Final = 10
"""What each match costs: RE2 hands them over one by one, which is slower than a step of FEEL."""
_TRIALS_PER_FUEL: Final = 128
"""Instructions that are tried at a character for one unit, as where the automaton grows too large."""
_AHEAD_PER_FUEL: Final = 1_024
"""The same for what may be read behind a match, mostly by the automaton."""


class Match(Protocol):
    """A match: where it starts and ends, and what its groups hold."""

    def start(self) -> int:
        """The position in the text, from 0, of its first character."""

    def end(self) -> int:
        """The position in the text behind its last character."""

    def group(self, number: int = 0, /) -> str | None:
        """The text of a group, of the whole match for 0; None for a group that took no part."""

    def groups(self) -> tuple[str | None, ...]:
        """The texts of all groups from 1 on; None for those that took no part."""


class _SteppedMatch:
    def __init__(self, text: str, ends: tuple[int, ...], groups: int) -> None:
        self._text = text
        self._ends = ends
        self._groups = groups

    def start(self) -> int:
        return self._ends[0]

    def end(self) -> int:
        return self._ends[1]

    def group(self, number: int = 0, /) -> str | None:
        first, last = self._ends[2 * number : 2 * number + 2]
        return self._text[first:last] if 0 <= first <= last else None

    def groups(self) -> tuple[str | None, ...]:
        return tuple(self.group(number) for number in range(1, self._groups + 1))


class Pattern:
    """A pattern ready to be matched; `flags` are those of XPath: s, m, i, x and q. Raises PatternError."""

    def __init__(self, pattern: str, flags: str) -> None:
        literal = "q" in flags
        root = None if literal else read(pattern, extended="x" in flags, dot_all="s" in flags)
        self._flags = Flags(ignoring_case="i" in flags, multiline="m" in flags)
        self._groups = 0 if root is None else max(_numbers(root), default=0)
        self._program: Program | None = None
        self._linear: Any = _linear(
            pattern if root is None else linear.written(root, ignoring_case=self._flags.ignoring_case),
            literal,
            self._flags,
        )
        # In RE2 a line begins and ends after a newline at the very end of the text; in XPath none does (F&O
        # 7.6.1.1).
        self._minds_last_line = root is not None and self._flags.multiline and _has_anchor(root)
        if root is not None and (self._linear is None or self._minds_last_line):
            self._program = Program(root, self._groups, self._flags)
        self._trials = 0 if self._linear is None else self._linear.programsize
        self._reads_ahead = root is not None and reads_ahead(root, ignoring_case=self._flags.ignoring_case)

    @property
    def size(self) -> int:
        """Instructions that were made of it."""
        return self._trials + (0 if self._program is None else self._program.size)

    def search(self, run: Run, text: str) -> bool:
        """Whether it matches anywhere in the text. Raises FeelFailure when the fuel is used up."""
        if self._is_linear(text):
            run.spend(len(text) * self._trials // _TRIALS_PER_FUEL)
            return self._linear.search(text) is not None
        return next(self._walk(run, text), None) is not None

    def matches(self, run: Run, text: str) -> Iterator[Match]:
        """All matches, from left to right, none over another. Raises FeelFailure when the fuel is used up."""
        if not self._is_linear(text):
            yield from self._walk(run, text)
            return
        run.spend(len(text) * self._trials // _TRIALS_PER_FUEL)
        for match in self._linear.finditer(text):
            ahead = (len(text) - match.end()) * self._trials if self._reads_ahead else 0
            run.spend(_MATCH_FUEL + ahead // _AHEAD_PER_FUEL)
            yield match

    def _is_linear(self, text: str) -> bool:
        return self._linear is not None and not (self._minds_last_line and text.endswith("\n"))

    def _walk(self, run: Run, text: str) -> Iterator[Match]:
        program = self._program
        if program is None:
            raise PatternError("a literal is matched by RE2")
        position = 0
        while position <= len(text):
            ends = program.match(run, text, position)
            if ends is None:
                position += 1
                continue
            run.spend(_MATCH_FUEL + (ends[1] - ends[0]) // TEXT_PER_FUEL)
            yield _SteppedMatch(text, ends, self._groups)
            position = max(ends[1], position + (ends[1] == ends[0]))


def _linear(written: str | None, literal: bool, flags: Flags) -> Any:
    if written is None:
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _BYTES
    options.literal = literal
    options.case_sensitive = not flags.ignoring_case
    options.dot_nl = True  # a dot that is no line end has been read as a class
    try:
        compiled = re2.compile(f"(?m){written}" if flags.multiline and not literal else written, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        raise PatternError(
            reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        ) from None
    if compiled.programsize > _LARGEST:
        raise PatternError("it is too large: write it with fewer or smaller quantifiers and classes")
    return compiled


def _numbers(node: PatternNode) -> Iterator[int]:
    if isinstance(node, Group):
        yield node.number
    for child in children(node):
        yield from _numbers(child)


def _has_anchor(node: PatternNode) -> bool:
    return isinstance(node, Anchor) or any(_has_anchor(child) for child in children(node))


@lru_cache(maxsize=64)
def compiled(pattern: str, flags: str) -> Pattern | str:
    """The pattern, or in words why it is none."""
    try:
        return Pattern(pattern, flags)
    except PatternError as error:
        return str(error)
