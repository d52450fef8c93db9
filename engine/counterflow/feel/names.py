"""Which names of several words does the parser know, and where?

FEEL allows `full name`, `a-b` or `date and time` as names without quotes; only the surroundings tell where
such a name ends. A name of a single word needs no knowledge, so only the longer ones are kept, as the texts
of their tokens.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.tokens import FeelToken, tokenize

Spelling = tuple[str, ...]
Spellings = dict[str, dict[Spelling, str]]
"""Names by their first word, then by all their words."""

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
    if not name.isidentifier() and len(spelled := spelling(name)) > 1:
        spellings.setdefault(spelled[0], {})[spelled] = name


def long_names(names: Iterable[str]) -> Spellings:
    """Those of the names that have more than one token, ready to be looked up."""
    spellings: Spellings = {}
    for name in names:
        enter(spellings, name)
    return spellings


FUNCTIONS: Spellings = {}
"""Long names of built-ins; entered when the built-ins are registered."""

_TYPES = long_names(TYPES)


class KnownNames:
    """The long names in scope, innermost last; and all entry names seen so far, for paths and filters."""

    def __init__(
        self, names: Iterable[str] = (), entries: Iterable[str] = (), types: Iterable[str] = ()
    ) -> None:
        given = tuple(names)
        self._scopes = [long_names(given)]
        self._entries = long_names((*PROPERTIES, *entries, *given))
        self._types = long_names(types)

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[None]:
        """While the context is open, names that are added count; at its end they are forgotten.

        As names of entries they stay.
        """
        self._scopes.append({})
        for name in names:
            self.add(name)
        yield
        self._scopes.pop()

    @contextmanager
    def entries_in_scope(self) -> Iterator[None]:
        """While the context is open, the names of all entries count: the item of a filter may have any."""
        self._scopes.append(self._entries)
        yield
        self._scopes.pop()

    def add(self, name: str) -> None:
        """Make a name known in the innermost scope, and as that of an entry."""
        enter(self._scopes[-1], name)
        enter(self._entries, name)

    def longest(self, tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
        """The longest known name at a position and its number of tokens; the single word if none is known."""
        name, length = _longest(self._scopes, tokens, position)
        function, function_length = _longest([FUNCTIONS], tokens, position)
        if function_length > length and _is_function(tokens[position : position + function_length + 1]):
            return function, function_length
        return name, length

    def longest_entry(self, tokens: Sequence[FeelToken], position: int) -> tuple[str, int]:
        """As `longest`, among the names of entries."""
        return _longest([self._entries], tokens, position)

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
    first = tokens[position].text
    best, length = first, 1
    for scope in scopes:
        for spelled, name in scope.get(first, {}).items():
            if len(spelled) > length and _spells(spelled, tokens, position):
                best, length = name, len(spelled)
    return best, length


def _spells(spelled: Spelling, tokens: Sequence[FeelToken], position: int) -> bool:
    following = tokens[position : position + len(spelled)]
    return spelled == tuple(token.text for token in following)
