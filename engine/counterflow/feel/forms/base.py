"""The compiler as the forms see it: it compiles their parts and remembers which variables were named."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from counterflow.feel import tree
from counterflow.feel.errors import FeelSyntaxError
from counterflow.feel.run import Local, Run, Value
from counterflow.feel.scope import Scope
from counterflow.feel.types import NO_TYPES, DefinedTypes
from counterflow.feel.values import Code

NAMES_PER_FUEL: Final = 64
"""Local names that are handed on to what is inside, for one unit of fuel."""

FORMS_PER_FUEL: Final = 6
"""Forms evaluated for one unit of fuel: a text may be long, but what repeats it pays for its length."""


class Compiler:
    """Compiles the forms of one text, and remembers in `names` which variables they named."""

    def __init__(
        self,
        forms: Mapping[type[tree.Tree], Callable[["Compiler", Any, Scope], Code]],
        text: str,
        given: frozenset[str],
        nesting: int,
        types: DefinedTypes = NO_TYPES,
    ) -> None:
        self.given = given
        self.types = types
        self.names: set[str] = set()
        self._forms = forms
        self._text = text
        self._nesting = nesting
        self._depth = 0
        self._unpaid = 0

    def code(self, node: tree.Tree, scope: Scope) -> Code:
        """The code of a part. Raises FeelSyntaxError if it nests too deeply.

        A chain of operators nests as parentheses do.
        """
        self._depth += 1
        if self._depth > self._nesting:
            expected = f"at most {self._nesting} levels of nesting"
            raise FeelSyntaxError(
                self._text, node.at, expected=expected, found="one more", hint="split the expression"
            )
        code = self._forms[type(node)](self, node, scope)
        self._depth -= 1
        self._unpaid += 1
        if self._unpaid < FORMS_PER_FUEL:
            return code
        self._unpaid = 0
        return _paying(code)

    def codes(self, nodes: tuple[tree.Tree, ...], scope: Scope) -> list[Code]:
        """The code of each part, in order. Raises FeelSyntaxError as `code` does."""
        return [self.code(node, scope) for node in nodes]


def _paying(code: Code) -> Code:
    """The last of so many forms that one unit is due. Whether there is one is seen by what repeats it."""

    def pay(run: Run, local: Local) -> Value:
        run.fuel -= 1
        return code(run, local)

    return pay
