"""FEEL as JUEL, where they are twins: names, paths, literals, arithmetic, comparisons, `and`, `or`, `not(…)`."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\\$#{}']*")|(?P<number>\d+(?:\.\d+)?)|(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|(?P<sign><=|>=|!=|[-+*/()<>=]))"""
)
NO_NAMES = frozenset(
    {
        "for",
        "in",
        "return",
        "if",
        "then",
        "else",
        "some",
        "every",
        "satisfies",
        "between",
        "instance",
        "of",
        "function",
        "now",
    }
)
WORDS = frozenset({"and", "or", "not", "true", "false", "null"})


class NoTwin(Exception):
    """This cannot be said in the other dialect."""


def template(text: str) -> str:
    """`=order.id` as `${order.id}`, a text as it is. Raises `NoTwin`."""
    if not text.startswith("="):
        return text
    constant = re.fullmatch(r"""=\s*"([^"\\$#{}]*)"\s*""", text)
    return constant[1] if constant else f"${{{juel(text[1:])}}}"


def juel(feel: str) -> str:
    """An expression. Raises `NoTwin`."""
    place, words = 0, []
    while feel[place:].strip():
        found = TOKEN.match(feel, place)
        if found is None:
            raise NoTwin(f"the expression {feel.strip()}")
        words.append(_word(found, feel))
        place = found.end()
    if "+" in words and any(word.startswith("'") for word in words):
        raise NoTwin(f"the expression {feel.strip()}")  # JUEL adds numbers only
    return " ".join(words)


def _word(found: re.Match[str], feel: str) -> str:
    if found["text"]:
        return "'" + found["text"].strip('"') + "'"
    if found["sign"]:
        return "==" if found["sign"] == "=" else found["sign"]
    word = found[0].strip()
    is_call = feel[found.end() :].lstrip().startswith("(") and word not in WORDS
    if word in NO_NAMES or is_call:
        raise NoTwin(f"the expression {feel.strip()}")
    return word
