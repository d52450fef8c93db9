"""The commands of the gateway, the wrong ones above all: what each side answers, as a gRPC status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase

from tests.conformance.zeebe_oracle.ask import Pair
from tests.conformance.zeebe_oracle.report import Outcome

Question = Callable[..., Awaitable[object]]
QUESTIONS: dict[str, Question] = {}


async def ask_commands(outcome: Outcome, pair: Pair, globs: list[str]) -> None:
    """Every question, put to both."""
    for name, question in QUESTIONS.items():
        if not globs or any(fnmatchcase(name, glob) for glob in globs):
            async with pair() as sides:
                await question(outcome, *sides)
