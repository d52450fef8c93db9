"""The part of JUEL, the expression language of camunda: models, that FEEL says exactly.

    ${amount}                              amount
    #{order.customer.name == 'Ada'}        order.customer.name = "Ada"
    ${!approved && (total ge 100)}         not(approved) and (total >= 100)
    ${empty items}                         list contains([null, "", [], {}], items)
    ${vip ? total * 0.9 : total + 5}       if vip then total * 0.9 else total + 5

Names, paths, literals, arithmetic, comparisons, `and`, `or`, `not`, `empty` and `? :`, and the calls that
FEEL says as well (`calls.py`); everything else is refused by name, with what to write instead. JUEL's
silent coercions are not imitated: where JUEL would read "10" as a number or null as 0 or false, FEEL's answer
is null with a warning, which is noticed; two texts are joined by `+`.
(Grammar: Unified Expression Language, JSR 245, 1.19.)
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, NoReturn

from counterflow.feel.tokens import LETTERS, MARKS
from counterflow.feel.values import written
from counterflow.juel.calls import (
    BUSINESS_KEY,
    FUNCTIONS,
    GETTERS,
    METHODS,
    SCOPE_METHODS,
    SCOPE_PROPERTIES,
    SCOPES,
    Argument,
    NoCounterpart,
    instead_of,
    item,
    scope_variable,
    variable,
)

_NESTING: Final = 50
_LONGEST: Final = 20_000
"""Characters of an expression, and of its translation: some calls write what they are called on twice."""
_WRAPPED = re.compile(r"\s*[$#]\{(.*)\}\s*", re.DOTALL)
_TOKEN = re.compile(
    rf"""
      (?P<space>  \s+ )
    | (?P<number> [0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)? )
    | (?P<string> '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )
    | (?P<name>   [^\W\d][\w${LETTERS}{MARKS}]* )
    | (?P<symbol> && | \|\| | == | != | <= | >= | [-+*/%<>!?:.,()\[\]{{}}=;$] )
    """,
    re.VERBOSE | re.DOTALL,
)
_STRINGS = re.compile(r"""'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)""", re.DOTALL)
"""One that does not end takes all that follows: else each quote in it would be tried as a beginning."""
_WORDS: Final = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "empty": "empty",
}
_COMPARISONS: Final = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_CONSTANTS: Final = ("true", "false", "null")
_DECISION_RESULT: Final = "decisionResult"
_REASONS: Final = {
    "(": ("a call", "a job worker, or a variable that already holds the result"),
    "%": ("the remainder operator", "modulo(a, b) in FEEL, whose sign is that of b"),
    "mod": ("the remainder operator", "modulo(a, b) in FEEL, whose sign is that of b"),
    "=": ("an assignment or a single `=`", "== to compare; an assignment belongs into an output mapping"),
    ":": ("a namespaced function", "a FEEL function or a job worker"),
    "instanceof": ("`instanceof`", "instance of in FEEL"),
}


class JuelUnsupported(Exception):
    """An expression beyond the subset that FEEL says exactly.

    The message names what was found and what to write instead.
    """


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


def translate(text: str) -> str:
    """The FEEL text, without a leading `=`, that means the same as a JUEL expression.

    Raises JuelUnsupported.
    """
    if len(text) > _LONGEST:
        raise JuelUnsupported(
            f"expected at most {_LONGEST} characters, found {len(text)} in {_shown(text)}: use a worker"
        )
    match = _WRAPPED.fullmatch(text)
    if match is None or _holds_several(match[1]):
        raise JuelUnsupported(
            f"expected one expression ${{...}} and nothing around it, found {_shown(text)}: "
            'put texts together in FEEL, as in "order " + string(number)'
        )
    return _Translation(text, match[1]).whole()


def _holds_several(body: str) -> bool:
    """Whether the text between the outer braces opens another expression, outside of its strings."""
    return re.search(r"[$#]\{", _STRINGS.sub("", body)) is not None


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")


class _Comparison(str):
    """FEEL text that needs parentheses inside another comparison: FEEL's comparisons all bind alike."""

    __slots__ = ()


class _Translation:
    """A recursive descent, one method per level of precedence; each returns FEEL text."""

    def __init__(self, text: str, body: str) -> None:
        self.text = text
        self.tokens = self._tokenize(body)
        self.position = 0
        self.depth = 0

    def _tokenize(self, body: str) -> list[_Token]:
        tokens: list[_Token] = []
        offset = 0
        while offset < len(body):
            match = _TOKEN.match(body, offset)
            if match is None:
                self._refuse(f"the character {body[offset]!r}", "an expression in FEEL")
            kind, lexeme = match.lastgroup or "", match.group()
            if kind == "name" and lexeme in _WORDS:
                kind, lexeme = "symbol", _WORDS[lexeme]  # JUEL reserves these words
            if kind != "space":
                tokens.append(_Token(kind, lexeme, offset))
            offset = match.end()
        return [*tokens, _Token("end", "", offset)]

    @property
    def _token(self) -> _Token:
        return self.tokens[self.position]

    def _take(self) -> _Token:
        token = self._token
        self.position += 1
        return token

    def _accept(self, symbol: str) -> bool:
        if self._token.kind != "symbol" or self._token.text != symbol:
            return False
        self.position += 1
        return True

    def _refuse(self, given: str, instead: str) -> NoReturn:
        raise JuelUnsupported(
            f"in {_shown(self.text)}: found {given}, which is not translated; write {instead}"
        )

    def _refuse_here(self) -> NoReturn:
        token = self._token
        if token.kind == "end":
            self._refuse("no value where one is due", "a complete expression")
        given, instead = _REASONS.get(token.text, (f"`{token.text}`", "an expression in FEEL"))
        self._refuse(given, instead)

    def whole(self) -> str:
        feel = self._choice()
        if self._token.kind != "end":
            self._refuse_here()
        return feel

    def _choice(self) -> str:
        """`a ? b : c`"""
        condition = self._any()
        if not self._accept("?"):
            return condition
        self._descend()
        then = self._choice()
        self._close(":")
        otherwise = self._choice()
        self.depth -= 1
        return f"if {condition} then {then} else {otherwise}"

    def _any(self) -> str:
        """`a || b`"""
        operands = [self._all()]
        while self._accept("||"):
            operands.append(self._all())
        return " or ".join(operands)

    def _all(self) -> str:
        """`a && b`"""
        operands = [self._equality()]
        while self._accept("&&"):
            operands.append(self._equality())
        return " and ".join(operands)

    def _equality(self) -> str:
        """`a == b`"""
        return self._compared(("==", "!="), self._relation)

    def _relation(self) -> str:
        """`a < b`, which binds tighter than `==`"""
        return self._compared(("<", ">", "<=", ">="), self._sum)

    def _compared(self, operators: tuple[str, ...], operand: Callable[[], str]) -> str:
        left = operand()
        if self._token.kind != "symbol" or self._token.text not in operators:
            return left
        operator = _COMPARISONS[self._take().text]
        right = operand()
        if self._token.kind == "symbol" and self._token.text in operators:
            self._refuse("a chain of comparisons", "`and` between two comparisons")
        left, right = (f"({side})" if isinstance(side, _Comparison) else side for side in (left, right))
        return _Comparison(f"{left} {operator} {right}")

    def _sum(self) -> str:
        """`a + b`, `a - b`"""
        feel = self._product()
        while self._token.kind == "symbol" and self._token.text in {"+", "-"}:
            feel = f"{feel} {self._take().text} {self._product()}"
        return feel

    def _product(self) -> str:
        """`a * b`, `a / b`, `a div b`"""
        feel = self._negation()
        while self._token.text in {"*", "/", "div"} and self._token.kind in {"symbol", "name"}:
            operator = self._take().text
            feel = f"{feel} {'/' if operator == 'div' else operator} {self._negation()}"
        return feel

    def _descend(self) -> None:
        self.depth += 1
        if self.depth > _NESTING:
            self._refuse(f"more than {_NESTING} levels of nesting", "a simpler expression")

    def _negation(self) -> str:
        """`!a`, `empty a`, `-a`"""
        self._descend()
        if self._accept("!"):
            feel = f"not({self._negation()})"
        elif self._accept("empty"):
            feel = f'list contains([null, "", [], {{}}], {self._negation()})'
        elif self._accept("-"):
            feel = f"-{self._negated()}"
        else:
            feel = self._path()
        self.depth -= 1
        return feel

    def _negated(self) -> str:
        operand = self._negation()
        return f"({operand})" if operand.startswith("-") else operand

    def _path(self) -> str:
        feel = self._beginning()
        while self._token.text in {".", "["} and self._token.kind == "symbol":
            feel = self._step(feel)
            if len(feel) > _LONGEST:
                self._refuse("calls upon calls", "a simpler expression, or compute it in a worker")
        if self._token.text == "(":
            self._refuse_here()
        return feel

    def _beginning(self) -> str:
        """What a path begins with: a literal, what is in brackets, a function, a variable."""
        if self._token.kind in {"number", "string"} or self._token.text in _CONSTANTS:
            return self._literal()
        if self._accept("("):
            inner = self._choice()
            self._close(")")
            return f"({inner})"
        if self._token.text in SCOPES and self.tokens[self.position + 1].text == ".":
            return self._of_scope()
        name = self._name()
        if self._token.text != "(":
            return variable(name)
        arguments = self._arguments()
        if (name, len(arguments)) not in FUNCTIONS:
            self._refuse(f"a call of `{name}(…)`", "a function of FEEL, a job worker, or a variable")
        return FUNCTIONS[name, len(arguments)](arguments)

    def _of_scope(self) -> str:
        """`execution.getVariable('x')`"""
        scope, _, method = self._take().text, self._take(), self._name()
        arguments = self._arguments() if self._token.text == "(" else ()
        if not arguments and method in SCOPE_PROPERTIES:
            return BUSINESS_KEY
        form = SCOPE_METHODS.get((method, len(arguments)))
        if form is None:
            self._refuse(f"`{scope}.{method}`", "a variable that holds what is asked for")
        return form.format(self._refusing(lambda: scope_variable(arguments)))

    def _step(self, of: str) -> str:
        if self._accept("["):
            key = self._argument("]")
            self._close("]")
            return self._refusing(lambda: item(of, key))
        self._close(".")
        name = self._name()
        if self._token.text != "(":
            is_result = of == _DECISION_RESULT and name in GETTERS
            return GETTERS[name](of, ()) if is_result else f"{of}.{variable(name)}"
        arguments = self._arguments()
        call = METHODS.get((name, len(arguments)))
        if call is None:
            self._refuse(f"a call of `.{name}(…)`", instead_of(of, name, len(arguments)))
        return self._refusing(lambda: call(of, arguments))

    def _refusing(self, translated: Callable[[], str]) -> str:
        try:
            return translated()
        except NoCounterpart as instead:
            self._refuse("what FEEL does not say", str(instead))

    def _arguments(self) -> tuple[Argument, ...]:
        self._close("(")
        arguments: list[Argument] = []
        while not self._accept(")"):
            if arguments:
                self._close(",")
            arguments.append(self._argument(",", ")"))
        return tuple(arguments)

    def _argument(self, *ends: str) -> Argument:
        """A value up to one of these symbols; a literal is known by what it says."""
        token, after = self._token, self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        feel = self._choice()
        if after.text in ends and (
            token.kind == "string" or (token.kind == "number" and token.text.isdigit())
        ):
            is_number = token.kind == "number"
            return Argument(feel, token.text if is_number else _unquoted(token.text), is_number)
        return Argument(feel)

    def _close(self, bracket: str) -> None:
        if not self._accept(bracket):
            self._refuse_here()

    def _name(self) -> str:
        if self._token.kind != "name":
            self._refuse_here()
        name = self._take().text
        if name in _REASONS:
            self._refuse(*_REASONS[name])
        return name

    def _literal(self) -> str:
        token = self._take()
        return written(_unquoted(token.text)) if token.kind == "string" else token.text


def _unquoted(literal: str) -> str:
    return re.sub(r"\\([\\'\"])", r"\1", literal[1:-1])
