"""Everything that can go wrong in FEEL, by whose fault it is.

    FeelError
    ├── FeelSyntaxError     the author's text is not FEEL; raised by `compile`, with line, column and caret
    │   └── DuplicateEntry  a context has an entry twice
    ├── FeelFailure         an evaluation was stopped: by a limit or its author; in `Evaluation.failure`
    ├── FeelValueError      a value has no JSON form; raised by `to_json`

A `FeelWarning` is none of these: the expression went on with null (DMN 1.5, 10.3.1.2: errors in FEEL are
null), and the warning says why.
"""

from typing import Final, Literal
from unicodedata import combining, east_asian_width

import msgspec

FailureKind = Literal["fuel", "size", "nesting", "assertion", "duplicate entry"]
WarningKind = Literal[
    "unknown name",
    "unknown entry",
    "wrong type",
    "wrong argument",
    "wrong value",
    "out of range",
    "not a function",
]


_QUOTED: Final = 60
"""Characters of a name or text that a message shows."""


def cut(text: str) -> str:
    """A name or text for a message; the beginning of a very long one."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def quoted(text: str) -> str:
    """A name or text for a message, in quotes; the beginning of a very long one."""
    return repr(cut(text))


class FeelError(Exception):
    """The root of all that this package raises on purpose."""


class FeelSyntaxError(FeelError):
    """The text is not FEEL; `str(error)` says all of it, with the excerpt below.

    `line` and `column` count from 1; `expected`, `found` and `hint` are words for a person.
    """

    def __init__(self, text: str, offset: int, *, expected: str, found: str, hint: str = "") -> None:
        before = text[:offset]
        self.text = text
        self.line = before.count("\n") + 1
        self.column = offset - (before.rfind("\n") + 1) + 1
        self.expected = expected
        self.found = found
        self.hint = hint
        super().__init__(self._message())

    @property
    def place_and_reason(self) -> str:
        """`at column 3 expected …, found …`, and the line where the text has several."""
        where = f"line {self.line}, column {self.column}" if self.line > 1 else f"column {self.column}"
        return f"at {where} expected {self.expected}, found {self.found}"

    @property
    def excerpt(self) -> str:
        """Two lines for below a message: of the text, and a caret under what is not understood."""
        source = self.text.split("\n")[self.line - 1]
        # Of a very long line only the surroundings of the fault are shown.
        start = max(0, self.column - 61)
        shown = source[start : self.column + 59]
        # As wide as what is above it: of letters that take two columns, the caret goes two to the right.
        width = sum(
            2 if east_asian_width(character) in "WF" else 0 if combining(character) else 1
            for character in shown[: self.column - 1 - start]
        )
        printable = "".join(character if character.isprintable() else " " for character in shown)
        return f"  {printable}\n  {' ' * width}^"

    def _message(self) -> str:
        remedy = f" ({self.hint})" if self.hint else ""
        return (
            f"line {self.line}, column {self.column}: expected {self.expected}, found "
            f"{self.found}{remedy}\n{self.excerpt}"
        )


class DuplicateEntry(FeelSyntaxError):
    """A context names an entry twice, so that nobody can tell which one is meant."""


class FeelFailure(FeelError):
    """An evaluation was stopped; `kind` says why.

    It would cost too much (the limit that it met), the author's own assert() did not hold, or a context in a
    decision has an entry twice.
    """

    def __init__(self, kind: FailureKind, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class FeelValueError(FeelError):
    """A FEEL value that cannot leave FEEL, such as a function inside a variable."""


class MissingVariable(FeelValueError):
    """A built-in where a value was to leave FEEL: a variable of that name was meant, and is missing."""


class FeelWarning(msgspec.Struct, frozen=True):
    """Why a part of an expression became null. `kind` is for programs, `message` for people."""

    kind: WarningKind
    message: str

    def __str__(self) -> str:
        return self.message
