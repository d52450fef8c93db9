"""Strings (DMN 1.5, 10.3.4.3). Positions count code points from 1, or from -1 at the end. Patterns run on RE2, in linear time."""

import re
from functools import lru_cache
from typing import Any, Final

import re2

from counterflow.feel.builtins.registry import builtin
from counterflow.feel.numbers import shown
from counterflow.feel.patterns import PatternError, translated
from counterflow.feel.run import TEXT_PER_FUEL, Run, Value

_REPLACEMENT = re.compile(r"(?:[^$\\]|\$\d|\\[$\\])*", re.DOTALL)
_FLAGS = frozenset("smixq")
_PATTERN_FUEL: Final = 1000
"""What a pattern costs the first time an evaluation uses it, because building its automaton may take a millisecond."""

_MATCH_FUEL: Final = 10
"""What each match costs: RE2 hands them over one by one, which is slower than a step of FEEL."""

_PATTERN_BYTES: Final = 1 << 20


@builtin("string length(string: string)")
def string_length(_run: Run, text: str) -> Value:
    return len(text)


@builtin("upper case(string: string)")
def upper_case(run: Run, text: str) -> Value:
    return run.text(text.upper())


@builtin("lower case(string: string)")
def lower_case(run: Run, text: str) -> Value:
    return run.text(text.lower())


@builtin("trim(string: string)")
def trim(run: Run, text: str) -> Value:
    return run.text(text.strip())


@builtin("substring(string: string, start position: integer, length?: integer)")
def substring(run: Run, text: str, start: int, length: int | None = None) -> Value:
    if start == 0 or abs(start) > len(text):
        return run.warn("out of range", f"substring starts at a position from 1 to {len(text)}, or from the end; found {shown(start)}")
    first = start - 1 if start > 0 else len(text) + start
    if length is None:
        return text[first:]
    if length < 1:
        return run.warn("out of range", f"substring takes a length of at least 1; found {shown(length)}")
    return text[first : first + length]


@builtin("substring before(string: string, match: string)")
def substring_before(_run: Run, text: str, match: str) -> Value:
    return text.partition(match)[0] if match and match in text else ""


@builtin("substring after(string: string, match: string)")
def substring_after(_run: Run, text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(_run: Run, text: str, match: str) -> Value:
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(_run: Run, text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(_run: Run, text: str, match: str) -> Value:
    return text.endswith(match)


@builtin(
    "string join(list: list, delimiter?: string | null)",
    "string join(list: list, delimiter: string | null, prefix: string, suffix: string)",
)
def string_join(run: Run, items: list[Value], delimiter: str | None = None, prefix: str | None = None, suffix: str | None = None) -> Value:
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) + sum(item is None for item in items) != len(items):
        return run.warn("wrong type", "string join takes a list of strings; found another kind among them")
    separator = delimiter or ""
    run.spend(len(items))
    run.room(sum(map(len, texts)) + len(separator) * len(texts))
    return f"{prefix or ''}{separator.join(texts)}{suffix or ''}"


@builtin("matches(input: string, pattern: string, flags?: string)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    expression = _pattern(run, pattern, flags)
    if expression is None:
        return None
    return expression.search(text) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string)")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    expression = _pattern(run, pattern, flags)
    if expression is None:
        return None
    if expression.search("") is not None:
        return run.warn("wrong value", "replace takes a pattern that matches no empty text: write `+` instead of `*`")
    literal = "q" in (flags or "")
    if not literal and not _REPLACEMENT.fullmatch(replacement):
        return run.warn("wrong value", r"in a replacement `$` stands before a digit and `\` before `$` or `\`; `\$` is a dollar")
    parts: list[str] = []
    position = 0
    for match in expression.finditer(text):
        run.spend(_MATCH_FUEL)
        parts += [text[position : match.start()], run.text(replacement if literal else _filled(run, match, replacement))]
        position = match.end()
    parts.append(text[position:])
    run.room(sum(map(len, parts)))
    return "".join(parts)


@builtin("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> Value:
    expression = _pattern(run, delimiter, None)
    if expression is None:
        return None
    parts: list[Value] = []
    position = 0
    for match in expression.finditer(text):
        run.spend(_MATCH_FUEL)
        if match.end() > match.start():
            parts.append(text[position : match.start()])
            position = match.end()
    return [*parts, text[position:]]


@builtin("extract(input: string, pattern: string, flags?: string)")
def extract(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    expression = _pattern(run, pattern, flags)
    if expression is None:
        return None
    found: list[Value] = []
    for match in expression.finditer(text):
        run.spend(_MATCH_FUEL)
        found.append(match.group())
    return found


def _filled(run: Run, match: Any, replacement: str) -> str:
    r"""The replacement with $1 to $9 and $0 filled in; \$ is a dollar (XPath F&O, fn:replace)."""
    if "$" not in replacement and "\\" not in replacement:
        return replacement
    parts: list[str] = []
    characters = iter(replacement)
    for character in characters:
        following = next(characters, "") if character in "$\\" else ""
        if character == "$" and following.isdigit():
            group = int(following)
            parts.append((match.group(group) or "") if group <= len(match.groups()) else "")
        else:
            parts.append(following if character == "\\" else character + following)
    run.spend(len(replacement) // TEXT_PER_FUEL)
    return "".join(parts)


def _pattern(run: Run, pattern: str, flags: str | None) -> Any:
    unknown = set(flags or "") - _FLAGS
    if unknown:
        return run.warn("wrong value", f"a pattern's flags are among s, m, i, x and q; found {''.join(sorted(unknown))!r}")
    key = (pattern, "".join(sorted(set(flags or ""))))
    if key not in run.patterns:
        run.spend(_PATTERN_FUEL)
        run.patterns[key] = _compiled(*key)
    expression = run.patterns[key]
    if isinstance(expression, str):
        return run.warn("wrong value", f"the pattern is no regular expression of RE2: {expression}")
    return expression


@lru_cache(maxsize=128)
def _compiled(pattern: str, flags: str) -> Any:
    """The expression, or why it is none."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_BYTES
    options.literal = "q" in flags
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    try:
        written = pattern if "q" in flags else translated(pattern, extended="x" in flags)
        return re2.compile(f"(?m){written}" if "m" in flags and "q" not in flags else written, options)
    except PatternError as error:
        return str(error)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


@builtin("is blank(string: string)")
def is_blank(_run: Run, text: str) -> Value:
    return not text.strip()
