r"""Regular expressions of XPath (F&O 3.1, 5.6, over XML Schema 1.1 part 2, appendix G) as RE2 writes them.

Three things differ: `\d`, `\w`, `\i` and `\c` mean Unicode; a class may take another away (`[a-z-[aeiou]]`); and the flag x drops white
space outside of classes. Back-references and look-around have no counterpart in linear time, and are refused.
"""

from collections.abc import Iterator
from typing import Final

Ranges = list[tuple[int, int]]

_LAST: Final = 0x10FFFF
_WORD: Final = r"\p{L}\p{M}\p{N}\p{S}"
_NAME_START: Final = r"\p{L}_:"
_NAME: Final = r"\p{L}\p{M}\p{N}\-._:·"
_SETS: Final = {"d": r"\p{Nd}", "w": _WORD, "i": _NAME_START, "c": _NAME}
"""What the letter of an escape stands for inside a class; its capital is all the rest."""

_REST: Final = {"D": r"\P{Nd}", "W": r"\p{P}\p{Z}\p{C}"}
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_SPACE: Final = frozenset(" \t\n\r")


class PatternError(ValueError):
    """A pattern that XPath does not know, or that RE2 cannot answer."""


def translated(pattern: str, *, extended: bool) -> str:
    """The pattern for RE2. `extended` is the flag x. Raises PatternError."""
    return "".join(_Reader(pattern, extended).pieces())


class _Reader:
    def __init__(self, pattern: str, extended: bool) -> None:
        self.pattern = pattern
        self.position = 0
        self.extended = extended

    def pieces(self) -> Iterator[str]:
        while character := self._next(keep_space=not self.extended):
            if character == "\\":
                yield self._escape()
            elif character == "[":
                yield self._class()
            else:
                yield character

    def _next(self, *, keep_space: bool = True) -> str:
        """The next character; empty at the end."""
        while self.position < len(self.pattern):
            self.position += 1
            character = self.pattern[self.position - 1]
            if keep_space or character not in _SPACE:
                return character
        return ""

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.position)

    def _escaped(self) -> str:
        letter = self._next(keep_space=not self.extended)
        if not letter:
            raise PatternError("a pattern does not end with a \\")
        if letter.isdigit():
            raise PatternError(f"a back-reference such as \\{letter} cannot be answered in linear time")
        return letter

    def _escape(self) -> str:
        letter = self._escaped()
        if letter in _SETS:
            return f"[{_SETS[letter]}]"
        if letter.lower() in _SETS:
            return f"[^{_SETS[letter.lower()]}]"
        return f"\\{letter}"

    # Classes

    def _class(self) -> str:
        start = self.position
        negated = self._peek("^")
        self.position += negated
        parts: list[str] = []
        while character := self._next():
            if character == "]" and parts:
                return f"[{'^' if negated else ''}{''.join(parts)}]"
            if character == "-" and self._peek("["):
                self.position = start
                return _written(self._ranges())
            parts.append(self._part(character))
        raise PatternError("a class of characters ends with ]")

    def _part(self, character: str) -> str:
        if character == "[":
            raise PatternError("a [ inside a class of characters is written \\[")
        if character != "\\":
            return character
        letter = self._escaped()
        if letter in "IC":
            raise PatternError(f"\\{letter} stands outside of a class of characters only")
        return _SETS.get(letter) or _REST.get(letter) or f"\\{letter}"

    def _ranges(self) -> Ranges:
        """A class with another taken away, read as what it holds."""
        negated = self._peek("^")
        self.position += negated
        held: Ranges = []
        removed: Ranges = []
        while (character := self._next()) != "]":
            if character == "-" and self._peek("["):
                self.position += 1
                removed = self._ranges()
            else:
                held.append(self._range(character))
        return _without(_without([(0, _LAST)], held) if negated else held, removed)

    def _range(self, character: str) -> tuple[int, int]:
        first = self._code(character)
        if not self._peek("-") or self._peek("-[") or self._peek("-]"):
            return first, first
        self.position += 1
        last = self._code(self._next())
        if last < first:
            raise PatternError("a range of characters goes from the lower to the higher one")
        return first, last

    def _code(self, character: str) -> int:
        if character == "\\":
            letter = self._escaped()
            if letter.isalpha() and letter not in _CONTROLS:
                raise PatternError(f"\\{letter} cannot stand in a class that another is taken away from")
            character = _CONTROLS.get(letter, letter)
        if not character:
            raise PatternError("a class of characters ends with ]")
        return ord(character)


def _without(held: Ranges, removed: Ranges) -> Ranges:
    for low, high in removed:
        held = [part for first, last in held for part in ((first, min(last, low - 1)), (max(first, high + 1), last)) if part[0] <= part[1]]
    return held


def _written(ranges: Ranges) -> str:
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    pieces = [rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in ranges]
    return f"[{''.join(pieces)}]"
