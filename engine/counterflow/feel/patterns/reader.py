"""A pattern to its tree, strictly by the grammar of XML Schema and XPath.

What these do not know is refused, whatever other dialects make of it.
"""

from typing import Final

from counterflow.feel.patterns import sets
from counterflow.feel.patterns.tree import (
    Anchor,
    AnyCharacter,
    BackReference,
    Choice,
    Class,
    Group,
    PatternError,
    PatternNode,
    Ranges,
    Repeat,
    Sequence,
)

_META: Final = frozenset("\\|.?*+(){}[]^$")
_SINGLE: Final = {**{sign: sign for sign in "\\|.?*+(){}[]^$-"}, "n": "\n", "r": "\r", "t": "\t"}
_WORD: Final = (("L", False), ("M", False), ("N", False), ("S", False))
_NO_WORD: Final = (("P", False), ("Z", False), ("C", False))
_ESCAPES: Final[dict[str, Class]] = {
    "s": Class(sets.SPACE),
    "S": Class(sets.others(sets.SPACE)),
    "i": Class(sets.NAME_START),
    "I": Class(sets.others(sets.NAME_START)),
    "c": Class(sets.NAME),
    "C": Class(sets.others(sets.NAME)),
    "d": Class(categories=(("Nd", False),)),
    "D": Class(categories=(("Nd", True),)),
    "w": Class(categories=_WORD),
    "W": Class(categories=_NO_WORD),
}
_NO_LINE_END: Final = Class(sets.others(((0x0A, 0x0A), (0x0D, 0x0D))))
_QUANTIFIERS: Final[dict[str, tuple[int, int | None]]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_DEPTH: Final = 50
_COUNT: Final = 1000


def read(pattern: str, *, extended: bool, dot_all: bool = False) -> PatternNode:
    """The tree of a pattern. Raises PatternError.

    `extended` is the flag x: white space outside of classes is not there. `dot_all` is the flag s: without it
    a dot is neither a newline nor a carriage return (F&O 5.6.1.1).
    """
    return _Reader(
        _stripped(pattern) if extended else pattern, AnyCharacter() if dot_all else _NO_LINE_END
    ).whole()


def _stripped(pattern: str) -> str:
    kept: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if depth == 0 and character in " \t\n\r":
            continue
        if not escaped:
            depth = max(0, depth + (character == "[") - (character == "]"))
        escaped = character == "\\" and not escaped
        kept.append(character)
    return "".join(kept)


class _Reader:
    def __init__(self, pattern: str, dot: PatternNode) -> None:
        self.pattern = pattern
        self.dot = dot
        self.position = 0
        self.depth = 0
        self.opened = 0
        self.closed: set[int] = set()

    def whole(self) -> PatternNode:
        """The tree of the whole pattern. Raises PatternError."""
        node = self._choice()
        if self.position < len(self.pattern):
            raise PatternError("a ) has no ( before it")
        return node

    # Characters

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.position)

    def _accept(self, text: str) -> bool:
        if not self._peek(text):
            return False
        self.position += len(text)
        return True

    def _next(self, purpose: str) -> str:
        if self.position == len(self.pattern):
            raise PatternError(purpose)
        self.position += 1
        return self.pattern[self.position - 1]

    # Expressions

    def _choice(self) -> PatternNode:
        branches = [self._branch()]
        while self._accept("|"):
            branches.append(self._branch())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _branch(self) -> PatternNode:
        parts: list[PatternNode] = []
        while self.position < len(self.pattern) and not self._peek("|") and not self._peek(")"):
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self, atom: PatternNode) -> PatternNode:
        counts = self._counts()
        if counts is None:
            return atom
        least, most = counts
        return Repeat(atom, least, most, reluctant=self._accept("?"))

    def _counts(self) -> tuple[int, int | None] | None:
        for sign, counts in _QUANTIFIERS.items():
            if self._accept(sign):
                return counts
        if not self._accept("{"):
            return None
        written = self.pattern[self.position :].partition("}")[0]
        self.position += len(written) + 1
        low, comma, high = written.partition(",")
        if self.position > len(self.pattern) or not _is_count(low) or not (_is_count(high) or not high):
            raise PatternError("a quantifier is written {2}, {2,} or {2,5}; a { of its own is written \\{")
        least, most = int(low), int(high) if high else None if comma else int(low)
        if most is not None and most < least:
            raise PatternError("a quantifier goes from the lower to the higher count")
        if max(least, most or 0) > _COUNT:
            raise PatternError(f"a quantifier counts to {_COUNT} at most")
        return least, most

    def _atom(self) -> PatternNode:
        character = self._next("")
        if character == "\\":
            return self._escape()
        if character == "[":
            return self._class()
        if character == "(":
            return self._group()
        if character == ".":
            return self.dot
        if character in "^$":
            return Anchor(at_start=character == "^")
        if character in _META:
            raise PatternError(f"a {character} of its own is written \\{character}")
        return _of(character)

    def _group(self) -> PatternNode:
        self.depth += 1
        if self.depth > _DEPTH:
            raise PatternError(f"groups nest at most {_DEPTH} levels deep")
        number = 0
        if not self._accept("?:"):
            self.opened += 1
            number = self.opened
        body = self._choice()
        if not self._accept(")"):
            raise PatternError("a ( is closed by a )")
        self.closed.add(number)
        self.depth -= 1
        return Group(body, number)

    # Escapes

    def _escape(self) -> PatternNode:
        letter = self._next("a pattern does not end with a \\")
        if letter in "123456789":
            return self._back_reference(int(letter))
        if letter in _SINGLE:
            return _of(_SINGLE[letter])
        return self._escaped_class(letter)

    def _back_reference(self, number: int) -> PatternNode:
        # Further digits belong to it as long as there are that many groups.
        while (
            self.position < len(self.pattern)
            and _is_count(digit := self.pattern[self.position])
            and number * 10 + int(digit) <= self.opened
        ):
            number = number * 10 + int(digit)
            self.position += 1
        if number not in self.closed:
            raise PatternError(f"the back-reference \\{number} needs a group before it that is closed")
        return BackReference(number)

    def _escaped_class(self, letter: str) -> Class:
        if letter in "pP":
            return self._property(complement=letter == "P")
        escaped = _ESCAPES.get(letter)
        if escaped is None:
            raise PatternError(f"\\{letter} has no meaning in XML Schema")
        return escaped

    def _property(self, *, complement: bool) -> Class:
        name, closing, _ = self.pattern[self.position :].partition("}")
        if not closing or not name.startswith("{"):
            raise PatternError("a property is written \\p{Lu} or \\p{IsGreek}")
        self.position += len(name) + 1
        name = name[1:]
        if name in sets.CATEGORIES:
            return Class(categories=((name, complement),))
        block = sets.BLOCKS.get(name.removeprefix("Is")) if name.startswith("Is") else None
        if block is None:
            raise PatternError(f"{name!r} is neither a category nor a block of Unicode that is known here")
        return Class(sets.others((block,)) if complement else (block,))

    # Classes

    def _class(self) -> Class:
        self.depth += 1
        if self.depth > _DEPTH:
            raise PatternError(f"classes nest at most {_DEPTH} levels deep")
        negated = self._accept("^")
        ranges: list[tuple[int, int]] = []
        categories: list[tuple[str, bool]] = []
        minus: Class | None = None
        first = True
        while first or not self._peek("]"):
            if not first and self._accept("-["):
                minus = self._class()
                break
            member = self._member(first=first)
            ranges += member.ranges
            categories += member.categories
            first = False
        if not self._accept("]"):
            raise PatternError("a class of characters ends with ]")
        self.depth -= 1
        return Class(tuple(ranges), tuple(categories), negated, minus)

    def _member(self, *, first: bool) -> Class:
        character = self._next("a class of characters ends with ]")
        if character == "\\":
            letter = self._next("a pattern does not end with a \\")
            if letter not in _SINGLE:
                return self._escaped_class(letter)
            start = _SINGLE[letter]
        elif character in "[]" or (character == "-" and not (first or self._peek("]") or self._peek("-["))):
            raise PatternError(f"a {character} inside a class of characters is written \\{character}")
        else:
            start = character
        if not self._peek("-") or self._peek("-]") or self._peek("-["):
            return _of(start)
        self.position += 1
        last = self._end_of_range()
        if last < start:
            raise PatternError("a range of characters goes from the lower to the higher one")
        return Class(((ord(start), ord(last)),))

    def _end_of_range(self) -> str:
        character = self._next("a class of characters ends with ]")
        if character != "\\":
            if character in "[]-":
                raise PatternError(f"a {character} inside a class of characters is written \\{character}")
            return character
        letter = self._next("a pattern does not end with a \\")
        if letter not in _SINGLE:
            raise PatternError(f"a range of characters does not end with \\{letter}")
        return _SINGLE[letter]


def _of(character: str) -> Class:
    ranges: Ranges = ((ord(character), ord(character)),)
    return Class(ranges)


def _is_count(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) < 10
