"""A reader of tokens, and of what stands apart from expressions: new names, and the names of types.

It looks, takes, expects, and says what was expected where something else was found.
"""

from typing import NoReturn

from counterflow.feel import tree
from counterflow.feel.errors import FeelSyntaxError, cut
from counterflow.feel.names import KnownNames, Vocabulary
from counterflow.feel.surrogates import well_formed
from counterflow.feel.tokens import KEYWORDS, FeelToken, tokenize

_HINTS = {("=", "="): "FEEL compares with a single =", ("not", "name"): "write not(...)"}


class Reader:
    """Reads the tokens of one text, and knows its place: the token at hand, the names in scope, the depth."""

    def __init__(self, text: str, vocabulary: Vocabulary, nesting: int) -> None:
        self.text = well_formed(text)
        self.tokens = tokenize(self.text)
        self.position = 0
        self.token = self.tokens[0]
        self.known = KnownNames(vocabulary)
        self.nesting = nesting
        self.depth = 0

    def advance(self, count: int = 1) -> FeelToken:
        """Take so many tokens; the last of them."""
        token = self.tokens[self.position + count - 1]
        self.position += count
        self.token = self.tokens[self.position]
        return token

    def peek(self, distance: int = 1) -> FeelToken:
        """The token so far behind the one at hand, or the last of the text."""
        return self.tokens[min(self.position + distance, len(self.tokens) - 1)]

    def accept(self, kind: str) -> bool:
        """Take the token at hand if it is of that kind; whether it was."""
        if self.token.kind != kind:
            return False
        self.advance()
        return True

    def expect(self, kind: str, purpose: str) -> FeelToken:
        """Take the token at hand. Raises FeelSyntaxError if it is of another kind, saying what it is for."""
        if self.token.kind != kind:
            self.refuse(f"`{kind}` {purpose}")
        return self.advance()

    def expect_word(self, word: str, purpose: str) -> None:
        """Take the token at hand. Raises FeelSyntaxError if it is another word, saying what it is for."""
        if self.token.text != word:
            self.refuse(f"`{word}` {purpose}")
        self.advance()

    def refuse(self, expected: str) -> NoReturn:
        """Raise FeelSyntaxError: this was expected, and the token at hand was found."""
        before = self.tokens[self.position - 1] if self.position else self.token
        hint = _HINTS.get((before.text, self.token.kind), "")
        if not hint and before.kind == self.token.kind == "name":
            hint = (
                "a name with a space that is not known here is written "
                f"`{cut(before.text)} {cut(self.token.text)}` in backticks"
            )
        raise FeelSyntaxError(
            self.text, self.token.offset, expected=expected, found=self.token.shown, hint=hint
        )

    def too_deep(self) -> FeelSyntaxError:
        """The error for a text that nests more levels deep than it may."""
        expected = f"at most {self.nesting} levels of nesting"
        return FeelSyntaxError(
            self.text, self.token.offset, expected=expected, found="one more", hint="split the expression"
        )

    def known_name(self) -> str:
        """Take the longest known name at hand, or a single word; the name."""
        name, length = self.known.longest(self.tokens, self.position)
        self.advance(length)
        return name

    def new_name(self, stops: set[str], expected: str) -> str:
        """Take a name that is introduced here, all words up to one of `stops`; the name.

        Raises FeelSyntaxError, with what was expected, if there is none.
        """
        first, start = self.token, self.position
        while self.token.kind not in stops:
            self.advance()
        last = self.tokens[self.position - 1]
        if self.token is first or not (first.kind == "name" or first.kind in KEYWORDS):
            self.position = start
            self.token = first
            self.refuse(expected)
        return first.text if last is first else " ".join(self.text[first.offset : last.end].split())

    def has_named_arguments(self) -> bool:
        """Whether the next argument of a call begins with a name and a colon."""
        distance = 0
        while (kind := self.peek(distance).kind) in {"name", "number"} or kind in KEYWORDS:
            distance += 1
        return distance > 0 and kind == ":"

    # Types

    def type_name(self) -> tree.TypeName:
        """Take the name of a type, with its members. Raises FeelSyntaxError."""
        at = self.token.offset
        self.depth += 1
        if self.depth > self.nesting:
            raise self.too_deep()
        if self.token.kind != "name" and self.token.kind not in {"function", "null"}:
            self.refuse("a type")
        name, length = self.known.longest_type(self.tokens, self.position)
        self.advance(length)
        members, names = self._type_members(name)
        self.depth -= 1
        return tree.TypeName(name, members, names, at=at)

    def _type_members(self, name: str) -> tuple[tuple[tree.TypeName, ...], tuple[str, ...]]:
        if not self.accept("<"):
            return (), ()
        members: list[tree.TypeName] = []
        names: list[str] = []
        while self.token.kind != ">":
            if name == "context":
                names.append(self.new_name({":", ",", ">", "end"}, "an entry name"))
                self.expect(":", "after the entry name")
            members.append(self.type_name())
            if not self.accept(","):
                break
        self.expect(">", "to close the type")
        if name == "function":
            self.expect("->", "before the type of the result")
            members.append(self.type_name())
        return tuple(members), tuple(names)
