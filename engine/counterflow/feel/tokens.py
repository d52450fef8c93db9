"""Text to tokens (DMN 1.5, 10.3.1.2, grammar rules 22-37 and 61-66).

A FEEL name may contain spaces and operators, so the lexer does not decide where a name ends: it yields single
words and symbols, and the parser joins those that spell a name it knows.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from counterflow.feel import numbers
from counterflow.feel.errors import FeelSyntaxError, cut
from counterflow.feel.surrogates import well_formed

KEYWORDS = frozenset(
    {
        "and",
        "or",
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "between",
        "instance",
        "function",
    }
    | {"true", "false", "null"}
)

LETTERS = (
    "A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
MARKS = "\u00b7\u0300-\u036f\u203f-\u2040"
_TOKEN = re.compile(
    rf"""
      (?P<space>   (?: [\s\u180e\u200b\ufeff]+ | //[^\n]* | /\*(?:[^*]|\*(?!/))*\*/ )+ )
    | (?P<number>  (?: [0-9]+(?:\.[0-9]+)? | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? )
    | (?P<string>  "(?:[^"\\]|\\.)*" )
    | (?P<temporal> @\s*"(?:[^"\\]|\\.)*" )
    | (?P<quoted>  `[^`]+` )
    | (?P<name>    [?{LETTERS}][?{LETTERS}0-9{MARKS}]* )
    | (?P<symbol>  \*\* | \.\. | -> | != | <= | >= | /(?!\*) | [-+*=<>()\[\]{{}},:.'\u2019] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_HINTS = {
    "&": "FEEL joins conditions with `and`",
    "|": "FEEL joins conditions with `or`",
    "!": "FEEL negates with `not(...)`",
    "%": "write modulo(dividend, divisor)",
    '"': 'the string has no closing "',
    "`": "the name has no closing `",
    "@": 'a temporal literal is written @"2030-12-31"',
    "$": "an expression is written without ${...}",
    ";": "an expression is one value; it has no statements",
}


class FeelToken(NamedTuple):
    """A word, value or symbol of a text, at `offset`.

    `kind` is name, number, string, temporal or end; for keywords and symbols it is their own text.
    """

    kind: str
    text: str
    offset: int
    end: int
    value: int | Decimal | str = ""

    @property
    def shown(self) -> str:
        """The token in words, for an error message."""
        if self.kind == "end":
            return "the end of the expression"
        if self.kind in {"name", "number", "string"}:
            return f"the {self.kind} {cut(self.text)}"
        return f"`{cut(self.text)}`"


def tokenize(text: str) -> list[FeelToken]:
    """All tokens of a text, the last of kind `end`. Raises FeelSyntaxError at what begins none."""
    tokens: list[FeelToken] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise _unreadable(text, offset)
        if match.lastgroup != "space":
            tokens.append(_token(text, match))
        offset = match.end()
    tokens.append(FeelToken("end", "", len(text), len(text)))
    return tokens


def _token(text: str, match: re.Match[str]) -> FeelToken:
    kind, lexeme, start, end = match.lastgroup or "", match.group(), match.start(), match.end()
    if kind == "name":
        return FeelToken(lexeme if lexeme in KEYWORDS else "name", lexeme, start, end, lexeme)
    if kind == "symbol":
        return FeelToken(lexeme, lexeme, start, end)
    if kind == "quoted":
        return FeelToken("name", lexeme[1:-1], start, end, lexeme[1:-1])
    if kind == "number":
        return FeelToken("number", lexeme, start, end, _number(text, start, lexeme))
    return FeelToken(kind, lexeme, start, end, unescape(lexeme[lexeme.index('"') + 1 : -1]))


def _number(text: str, offset: int, lexeme: str) -> int | Decimal:
    value = numbers.read(lexeme)
    if value is None:
        raise FeelSyntaxError(text, offset, expected="a number below 10 ** 6145", found=lexeme[:40])
    return value


def unescape(body: str) -> str:
    r"""The body of a string with \n, \", \u0041, \U01F40E and their family resolved.

    An unknown escape such as \d stays as it is, for regular expressions.
    """
    if "\\" not in body:
        return body
    # A pair of \u escapes may spell one character beyond the basic plane.
    return well_formed(_ESCAPE.sub(_escaped, body))


def _escaped(match: re.Match[str]) -> str:
    digits = match.group(1) or match.group(2)
    if digits is None:
        return _ESCAPED.get(match.group(3), match.group())
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else match.group()


def _unreadable(text: str, offset: int) -> FeelSyntaxError:
    character = text[offset]
    if text.startswith("/*", offset):
        return FeelSyntaxError(
            text, offset, expected="a comment that ends with */", found="the end of the expression"
        )
    hint = _HINTS.get(character, "")
    return FeelSyntaxError(
        text, offset, expected="a name, a value or an operator", found=f"`{character}`", hint=hint
    )
