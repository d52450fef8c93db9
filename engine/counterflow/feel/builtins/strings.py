"""Strings (DMN 1.5, 10.3.4.3).

Positions count code points from 1, or from -1 at the end. Patterns run on RE2 where it can say them.
"""

import re
from typing import Final

from counterflow.feel.builtins.registry import builtin
from counterflow.feel.errors import quoted
from counterflow.feel.numbers import shown
from counterflow.feel.patterns import Match, Pattern, compiled
from counterflow.feel.run import TEXT_PER_FUEL, Run, Value

_REPLACEMENT = re.compile(r"(?:[^$\\]|\$[0-9]|\\[$\\])*", re.DOTALL)
_REFERENCE = re.compile(r"\$([0-9]{1,9})|\\([$\\])")
_ITEMS_PER_FUEL: Final = 4
_PART_FUEL: Final = 2
_REFERENCE_FUEL: Final = 3
"""What filling in one group costs."""

_FLAGS = frozenset("smixq")
_PATTERN_FUEL: Final = 200
"""What a pattern costs the first time an evaluation uses it, for RE2 to begin with."""
_CHARACTER_FUEL: Final = 10
"""What reading a character of a pattern takes."""


@builtin("string length(string: string)")
def string_length(_run: Run, text: str) -> Value:
    """The number of code points."""
    return len(text)


@builtin("upper case(string: string)")
def upper_case(run: Run, text: str) -> Value:
    """The text in capitals, by Unicode's mappings: it may grow."""
    return run.text(text.upper())


@builtin("lower case(string: string)")
def lower_case(run: Run, text: str) -> Value:
    """The text in small letters, by Unicode's mappings."""
    return run.text(text.lower())


@builtin("trim(string: string)")
def trim(run: Run, text: str) -> Value:
    """The text without white space at either end."""
    return run.text(text.strip())


@builtin("substring(string: string, start position: integer, length?: integer)")
def substring(run: Run, text: str, start: int, length: int | None = None) -> Value:
    """`length` characters from the start position on, or as many as there are; all without a length.

    Null, with a warning, if there is no such position, or the length is below 1.
    """
    if start == 0 or abs(start) > len(text):
        return run.warn(
            "out of range",
            f"substring starts at a position from 1 to {len(text)}, or from the end; found {shown(start)}",
        )
    first = start - 1 if start > 0 else len(text) + start
    if length is None:
        return text[first:]
    if length < 1:
        return run.warn("out of range", f"substring takes a length of at least 1; found {shown(length)}")
    return text[first : first + length]


@builtin("substring before(string: string, match: string)")
def substring_before(_run: Run, text: str, match: str) -> Value:
    """The text before the first `match`; empty if there is none, or `match` is empty."""
    return text.partition(match)[0] if match and match in text else ""


@builtin("substring after(string: string, match: string)")
def substring_after(_run: Run, text: str, match: str) -> Value:
    """The text after the first `match`; empty if there is none, all of it if `match` is empty."""
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(_run: Run, text: str, match: str) -> Value:
    """Whether `match` is anywhere in the text."""
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(_run: Run, text: str, match: str) -> Value:
    """Whether the text begins with `match`."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(_run: Run, text: str, match: str) -> Value:
    """Whether the text ends with `match`."""
    return text.endswith(match)


@builtin(
    "string join(list: list, delimiter?: string | null)",
    "string join(list: list, delimiter: string | null, prefix: string, suffix: string)",
)
def string_join(
    run: Run,
    items: list[Value],
    delimiter: str | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
) -> Value:
    """The strings of a list with the delimiter between them, and what stands before and behind.

    Nulls are left out. Null, with a warning, if an item is neither a string nor null.
    """
    run.spend(len(items) // _ITEMS_PER_FUEL)
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) + sum(item is None for item in items) != len(items):
        return run.warn("wrong type", "string join takes a list of strings; found another kind among them")
    separator = delimiter or ""
    run.room(sum(map(len, texts)) + len(separator) * len(texts))
    return f"{prefix or ''}{separator.join(texts)}{suffix or ''}"


@builtin("matches(input: string, pattern: string, flags?: string | null)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    """Whether the pattern matches anywhere in the text (F&O 7.6.2); null, with a warning, if it is none."""
    expression = _pattern(run, pattern, flags)
    if expression is None:
        return None
    return expression.search(run, text)


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string | null)")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    r"""The text with each match of the pattern replaced, `$1` by what its first group holds (F&O 7.6.3).

    Null, with a warning, if it is no pattern or matches no character, and for a stray `$` or `\` in the
    replacement. With the flag q both are plain text.
    """
    expression = _pattern(run, pattern, flags)
    if expression is None:
        return None
    if expression.search(run, ""):
        return run.warn(
            "wrong value", "replace takes a pattern that matches no empty text: write `+` instead of `*`"
        )
    literal = "q" in (flags or "")
    if not literal and not _REPLACEMENT.fullmatch(replacement):
        return run.warn(
            "wrong value",
            r"in a replacement `$` stands before a digit and `\` before `$` or `\`; `\$` is a dollar",
        )
    parts: list[str] = []
    position = 0
    for match in expression.matches(run, text):
        parts += [
            text[position : match.start()],
            run.text(replacement if literal else _filled(run, match, replacement)),
        ]
        position = match.end()
    parts.append(text[position:])
    run.room(sum(map(len, parts)))
    return "".join(parts)


@builtin("split(string: string, delimiter: string, flags?: string | null)")
def split(run: Run, text: str, delimiter: str, flags: str | None = None) -> Value:
    """The texts between the matches of a pattern; null, with a warning, if it is no pattern."""
    expression = _pattern(run, delimiter, flags)
    if expression is None:
        return None
    parts: list[Value] = []
    position = 0
    for match in expression.matches(run, text):
        if match.end() > match.start():
            parts.append(text[position : match.start()])
            position = match.end()
    return [*parts, text[position:]]


@builtin("extract(input: string, pattern: string, flags?: string | null)")
def extract(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    """The texts that match the pattern, from left to right; null, with a warning, if it is no pattern."""
    expression = _pattern(run, pattern, flags)
    if expression is None:
        return None
    return [match.group() for match in expression.matches(run, text)]


def _filled(run: Run, match: Match, replacement: str) -> str:
    r"""The replacement with $0 to $99 filled in; \$ is a dollar (XPath F&O, fn:replace)."""
    if "$" not in replacement and "\\" not in replacement:
        return replacement
    run.spend(
        len(replacement) // TEXT_PER_FUEL
        + _REFERENCE_FUEL * (replacement.count("$") + replacement.count("\\"))
    )
    groups = len(match.groups())

    def fill(part: re.Match[str]) -> str:
        if part.group(2) is not None:
            return part.group(2)
        # Digits belong to the number as long as there are that many groups; the others stand for themselves.
        digits = part.group(1)
        count = next((count for count in range(len(digits), 1, -1) if int(digits[:count]) <= groups), 1)
        number = int(digits[:count])
        return ((match.group(number) or "") if number <= groups else "") + digits[count:]

    return _REFERENCE.sub(fill, replacement)


def _pattern(run: Run, pattern: str, flags: str | None) -> Pattern | None:
    unknown = set(flags or "") - _FLAGS
    if unknown:
        return run.warn(
            "wrong value",
            f"a pattern's flags are among s, m, i, x and q; found {quoted(''.join(sorted(unknown)))}",
        )
    key = (pattern, "".join(sorted(set(flags or ""))))
    if key not in run.patterns:
        run.spend(_PATTERN_FUEL + _CHARACTER_FUEL * len(pattern))
        made = run.patterns[key] = compiled(*key)
        run.spend(0 if isinstance(made, str) else made.size)
    expression: Pattern | str = run.patterns[key]
    if isinstance(expression, str):
        return run.warn("wrong value", f"the pattern is no regular expression of XPath: {expression}")
    return expression


@builtin("is blank(string: string)")
def is_blank(_run: Run, text: str) -> Value:
    """Whether there is nothing but white space."""
    return not text.strip()
