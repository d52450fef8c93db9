"""Matching step by step, for what RE2 cannot say.

A program of few instructions runs on an explicit stack; each step costs fuel.

A pattern such as `(a*)*\\1b` takes exponential time, so nothing but the fuel of the evaluation bounds it.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from counterflow.feel.patterns.tree import (
    Anchor,
    AnyCharacter,
    BackReference,
    Choice,
    Class,
    Group,
    PatternError,
    PatternNode,
    Repeat,
    Sequence,
)
from counterflow.feel.run import TEXT_PER_FUEL, Run

_STEP_FUEL: Final = 3
"""An instruction takes about as long as three steps of FEEL."""

_SLOTS_PER_FUEL: Final = 16
"""Ends of groups that are copied for one unit of fuel."""
_RANGES_PER_FUEL: Final = 4
"""Ranges of a class that a character is compared with, for one unit of fuel."""
_ALIKE_FUEL: Final = 4
"""What it takes to find the cases of a character."""

_SIZE: Final = 10_000
"""Instructions; a quantifier repeats those of its body."""

_ALIKE: Final = {
    "k": "\u212a",
    "s": "\u017f",
    "\u03c9": "\u2126",
    "\xe5": "\u212b",
    "\xdf": "\u1e9e",
    "\u03c3": "\u03c2",
}
"""Letters that share their small form with another than their capital."""


@dataclass(frozen=True)
class Flags:
    """The flags i and m of XPath (F&O 7.6.1.1), as far as matching has to know them."""

    ignoring_case: bool
    multiline: bool


@dataclass
class _Cursor:
    """Where the matching is: before a character of a text, with the ends of the groups so far. `run` pays."""

    run: Run
    text: str
    position: int
    ends: tuple[int, ...]


_Test = Callable[[_Cursor], bool]
"""An instruction that moves on in the text, or ends this attempt."""


@dataclass(frozen=True, slots=True)
class _Step:
    test: _Test
    cost: int


@dataclass(frozen=True, slots=True)
class _Fork:
    first: int
    second: int


@dataclass(frozen=True, slots=True)
class _Jump:
    to: int


@dataclass(frozen=True, slots=True)
class _Save:
    slot: int


@dataclass(frozen=True, slots=True)
class _Moved:
    """Ends this attempt if nothing was read since the slot was saved, so that no loop goes on for ever."""

    slot: int


class Program:
    """A compiled tree of a pattern. Raises PatternError if its quantifiers make it too large."""

    def __init__(self, root: PatternNode, groups: int, flags: Flags) -> None:
        self._flags = flags
        self._slots = 2 * (groups + 1)
        self._code: list[Any] = []
        self._compile(root)

    @property
    def size(self) -> int:
        """Instructions, and the ends that each of them may have to copy."""
        return len(self._code) + self._slots

    def match(self, run: Run, text: str, start: int) -> tuple[int, ...] | None:
        """The ends of the match at `start` and of its groups, in pairs; None if it does not match there.

        A group that took no part ends at -1. Raises FeelFailure when the fuel is used up.
        """
        cursor = _Cursor(run, text, start, (start, *([-1] * (self._slots - 1))))
        waiting = [(0, cursor.position, cursor.ends)]
        code, end, saving = self._code, len(self._code), self._slots // _SLOTS_PER_FUEL
        while waiting:
            at, cursor.position, cursor.ends = waiting.pop()
            while at < end:
                run.spend(_STEP_FUEL)
                instruction = code[at]
                at += 1
                if type(instruction) is _Step:
                    run.fuel -= instruction.cost
                    if not instruction.test(cursor):
                        break
                elif type(instruction) is _Fork:
                    waiting.append((instruction.second, cursor.position, cursor.ends))
                    at = instruction.first
                elif type(instruction) is _Jump:
                    at = instruction.to
                elif type(instruction) is _Save:
                    run.fuel -= saving
                    cursor.ends = _replaced(cursor.ends, instruction.slot, cursor.position)
                elif cursor.ends[instruction.slot] == cursor.position:
                    break
            else:
                return (start, cursor.position, *cursor.ends[2:])
        return None

    # Compiling

    def _add(self, instruction: Any) -> int:
        if len(self._code) >= _SIZE:
            raise PatternError("the quantifiers of this pattern repeat too much")
        self._code.append(instruction)
        return len(self._code) - 1

    def _compile(self, node: PatternNode) -> None:
        if isinstance(node, Sequence):
            for part in node.parts:
                self._compile(part)
        elif isinstance(node, Choice):
            self._choice(node)
        elif isinstance(node, Group):
            self._group(node)
        elif isinstance(node, Repeat):
            self._repeat(node)
        else:
            self._add(_Step(_test(node, self._flags), _cost(node, self._flags)))

    def _choice(self, node: Choice) -> None:
        jumps: list[int] = []
        for branch in node.branches[:-1]:
            fork = self._add(None)
            self._compile(branch)
            jumps.append(self._add(None))
            self._code[fork] = _Fork(fork + 1, len(self._code))
        self._compile(node.branches[-1])
        for jump in jumps:
            self._code[jump] = _Jump(len(self._code))

    def _group(self, node: Group) -> None:
        if not node.number:
            return self._compile(node.body)
        self._add(_Save(2 * node.number))
        self._compile(node.body)
        self._add(_Save(2 * node.number + 1))
        return None

    def _repeat(self, node: Repeat) -> None:
        for _ in range(node.least):
            self._compile(node.body)
        if node.most is None:
            self._loop(node)
            return
        forks: list[int] = []
        for _ in range(node.most - node.least):
            forks.append(self._add(None))
            self._compile(node.body)
        for fork in forks:
            self._code[fork] = _fork(fork + 1, len(self._code), node.reluctant)

    def _loop(self, node: Repeat) -> None:
        slot = self._slots
        self._slots += 1
        fork = self._add(None)
        self._add(_Save(slot))
        self._compile(node.body)
        self._add(_Moved(slot))
        self._add(_Jump(fork))
        self._code[fork] = _fork(fork + 1, len(self._code), node.reluctant)


def _fork(body: int, after: int, reluctant: bool) -> _Fork:
    return _Fork(after, body) if reluctant else _Fork(body, after)


def _replaced(ends: tuple[int, ...], slot: int, position: int) -> tuple[int, ...]:
    return (*ends[:slot], position, *ends[slot + 1 :])


# Tests


def _cost(node: PatternNode, flags: Flags) -> int:
    """What a test takes beyond a step."""
    if not isinstance(node, Class):
        return 0
    cases = 4 if flags.ignoring_case else 1
    looked_at = cases * len(node.ranges) // _RANGES_PER_FUEL + len(node.categories)
    inside = 0 if node.minus is None else _cost(node.minus, flags)
    return looked_at + inside + _ALIKE_FUEL * flags.ignoring_case


def _test(node: Class | AnyCharacter | Anchor | BackReference, flags: Flags) -> _Test:
    if isinstance(node, Anchor):
        return _at_start(flags) if node.at_start else _at_end(flags)
    if isinstance(node, BackReference):
        return _repeats(node.group, flags)
    if isinstance(node, AnyCharacter):
        return _reads(lambda _character: True)
    variants = _cases if flags.ignoring_case else lambda character: (character,)
    return _reads(lambda character: _is_in(node, character, variants))


def _reads(accepts: Callable[[str], bool]) -> _Test:
    def read(cursor: _Cursor) -> bool:
        if cursor.position == len(cursor.text) or not accepts(cursor.text[cursor.position]):
            return False
        cursor.position += 1
        return True

    return read


def _is_in(node: Class, character: str, variants: Callable[[str], tuple[str, ...]]) -> bool:
    held = any(
        first <= ord(variant) <= last for variant in variants(character) for first, last in node.ranges
    )
    if not held and node.categories:
        category = unicodedata.category(character)
        held = any(category.startswith(name) is not complement for name, complement in node.categories)
    if held is node.negated:
        return False
    return node.minus is None or not _is_in(node.minus, character, variants)


def _cases(character: str) -> tuple[str, ...]:
    """The character and those that differ from it in case only."""
    small = character.lower()
    return tuple(
        {
            variant
            for variant in (character, small, character.upper(), character.title(), _ALIKE.get(small, small))
            if len(variant) == 1
        }
    )


def _at_start(flags: Flags) -> _Test:
    if not flags.multiline:
        return lambda cursor: cursor.position == 0
    return lambda cursor: (
        cursor.position == 0
        or (cursor.text[cursor.position - 1] == "\n" and cursor.position < len(cursor.text))
    )


def _at_end(flags: Flags) -> _Test:
    if not flags.multiline:
        return lambda cursor: cursor.position == len(cursor.text)

    def at_end(cursor: _Cursor) -> bool:
        if cursor.position < len(cursor.text):
            return cursor.text[cursor.position] == "\n"
        return not cursor.text.endswith("\n")

    return at_end


def _repeats(group: int, flags: Flags) -> _Test:
    def repeats(cursor: _Cursor) -> bool:
        first, last = cursor.ends[2 * group : 2 * group + 2]
        captured = cursor.text[first:last] if first >= 0 and last >= first else ""
        cursor.run.spend(len(captured) // TEXT_PER_FUEL)
        following = cursor.text[cursor.position : cursor.position + len(captured)]
        if flags.ignoring_case and following != captured:
            cursor.run.spend(2 * _ALIKE_FUEL * len(captured))
        if following != captured and not (flags.ignoring_case and _alike(following, captured)):
            return False
        cursor.position += len(captured)
        return True

    return repeats


def _alike(left: str, right: str) -> bool:
    return len(left) == len(right) and all(
        set(_cases(one)) & set(_cases(other)) for one, other in zip(left, right, strict=True)
    )
