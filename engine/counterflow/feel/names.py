"""Which names of several words does the parser know, and where?

FEEL allows `full name`, `a-b` or `date and time` as names without quotes; only the surroundings tell where
such a name ends. A name of a single word needs no knowledge, so only the longer ones are kept, word by word:
to find the longest takes a step for each of its words, however many names there are. A model makes one table
for all its texts; what a text itself introduces is laid over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.tokens import FeelToken, tokenize

Spelling = tuple[str, ...]


@dataclass(slots=True)
class Spellings:
    """Names by their words: what may follow here, and the name that ends here, if one does."""

    following: dict[str, Spellings] = field(default_factory=dict)
    name: str = ""


PROPERTIES = ("time offset", "start included", "end included")
TYPES = (
    "date and time",
    "days and time duration",
    "years and months duration",
    "day time duration",
    "year month duration",
)


def spelling(name: str) -> Spelling:
    """The token texts of a name; empty if it cannot be written without quotes."""
    return _kept_spelling(name) if len(name) <= _KEPT_LENGTH else _spelling(name)


def _spelling(name: str) -> Spelling:
    try:
        return tuple(token.text for token in tokenize(name)[:-1])
    except FeelSyntaxError:
        return ()


_KEPT_LENGTH = 200
_kept_spelling = lru_cache(maxsize=1_024)(_spelling)
"""Every cell of a decision table is read among the same names."""


def enter(spellings: Spellings, name: str) -> None:
    """Add a name of more than one token to `spellings`; a single word needs no entry."""
    if name.isidentifier() or len(spelled := spelling(name)) < 2:
        return
    for word in spelled:
        spellings = spellings.following.setdefault(word, Spellings())
    spellings.name = name


def long_names(names: Iterable[str]) -> Spellings:
    """Those of the names that have more than one token, ready to be looked up."""
    spellings = Spellings()
    for name in names:
        enter(spellings, name)
    return spellings


FUNCTIONS: Final = Spellings()
"""Long names of built-ins; entered when the built-ins are registered."""

_TYPES = long_names(TYPES)


_NONE: Final = Spellings()
_PROPERTIES: Final = long_names(PROPERTIES)


class Vocabulary(NamedTuple):
    """The long names that are known before a text begins: of variables, entries and types, innermost last."""

    names: tuple[Spellings, ...] = ()
    entries: tuple[Spellings, ...] = ()
    types: Spellings = _NONE

    @classmethod
    def of(
        cls, names: Iterable[str] = (), entries: Iterable[str] = (), types: Iterable[str] = ()
    ) -> Vocabulary:
        """A vocabulary of its own."""
        return cls((long_names(names),), (long_names(entries),), long_names(types))


NO_WORDS: Final = Vocabulary()


class KnownNames:
    """The long names in scope, innermost last; and all entry names seen so far, for paths and filters."""

    def __init__(self, vocabulary: Vocabulary = NO_WORDS) -> None:
        seen = Spellings()
        self._scopes = [*vocabulary.names, Spellings()]
        self._entries = (_PROPERTIES, *vocabulary.entries, *vocabulary.names, seen)
        self._seen = seen
        self._types = vocabulary.types

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[None]:
        """While the context is open, names that are added count; at its end they are forgotten.

        As names of entries they stay.
        """
        self._scopes.append(Spellings())
        for name in names:
            self.add(name)
        yield
        self._scopes.pop()

    @contextmanager
    def entries_in_scope(self) -> Iterator[None]:
        """While the context is open, the names of all entries count: the item of a filter may have any."""
        self._scopes += self._entries
        yield
        del self._scopes[-len(self._entries) :]

    def add(self, name: str) -> None:
        """Make a name known in the innermost scope, and as that of an entry."""
        enter(self._scopes[-1], name)
        enter(self._seen, name)

    def longest(self, tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
        """The longest known name at a position and its number of tokens; the single word if none is known."""
        name, length = _longest(self._scopes, tokens, position)
        function, function_length = _longest([FUNCTIONS], tokens, position)
        if function_length > length and _is_function(tokens[position : position + function_length + 1]):
            return function, function_length
        return name, length

    def longest_entry(self, tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
        """As `longest`, among the names of entries."""
        return _longest(self._entries, tokens, position)

    def longest_type(self, tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
        """As `longest`, among the names of types."""
        return _longest([_TYPES, self._types], tokens, position)


def _is_function(tokens: Sequence[FeelToken]) -> bool:
    """Whether a built-in's name is meant by it: there is a bracket behind it, or there are words only.

    Words that are no operators cannot stand side by side, so `string length` is the function even where it is
    not called.
    """
    return tokens[-1].kind == "(" or all(token.kind == "name" for token in tokens[:-1])


def _longest(scopes: Iterable[Spellings], tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
    best, length = tokens[position].text, 1
    for scope in scopes:
        name, words = _spelled(scope, tokens, position)
        if words > length:
            best, length = name, words
    return best, length


def _spelled(scope: Spellings, tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
    """The longest name of one scope at a position and its number of tokens; none for nothing.

    The last token, which ends the text, is no word of a name.
    """
    name, words, at = "", 0, position
    while (following := scope.following.get(tokens[at].text)) is not None:
        scope, at = following, at + 1
        if scope.name:
            name, words = scope.name, at - position
    return name, words
