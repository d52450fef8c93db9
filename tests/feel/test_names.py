"""Names of several words, and where they are known."""

import pytest

from counterflow.feel.names import KnownNames, Spellings, Vocabulary, long_names, spelling
from counterflow.feel.tokens import tokenize


@pytest.mark.parametrize(
    "name, words",
    [
        ("amount", ("amount",)),
        ("full  name", ("full", "name")),
        ("a-b", ("a", "-", "b")),
        ("date and time", ("date", "and", "time")),
        ("Ada's age", ("Ada", "'", "s", "age")),
        ("50%", ()),
    ],
)
def test_spelling(name: str, words: tuple[str, ...]) -> None:
    assert spelling(name) == words


def test_single_words_need_no_entry() -> None:
    ends = Spellings(name="full name")
    assert long_names(["amount", "größe", "full name"]) == Spellings({"full": Spellings({"name": ends})})


@pytest.mark.parametrize(
    "text, name, length",
    [
        ("full name of order", "full name of order", 4),
        ("full name + 1", "full name", 2),
        ("full amount", "full", 1),
        ("full", "full", 1),
        ("string length(x)", "string length", 2),
        ("string length", "string length", 2),
        ("string other", "string", 1),
    ],
)
def test_the_longest_known_name_is_taken(text: str, name: str, length: int) -> None:
    known = KnownNames(Vocabulary.of(["full name", "full name of order"]))
    assert known.longest(tokenize(text), 0) == (name, length)


def test_names_of_a_scope_end_with_it_but_stay_entries() -> None:
    known = KnownNames()
    tokens = tokenize("a b")
    with known.scope(["a b"]):
        assert known.longest(tokens, 0) == ("a b", 2)
    assert known.longest(tokens, 0) == ("a", 1)
    assert known.longest_entry(tokens, 0) == ("a b", 2)
    with known.entries_in_scope():
        assert known.longest(tokens, 0) == ("a b", 2)
