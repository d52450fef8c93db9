"""Chance, as Camunda offers it: unique, not secret.

With a seed it is the seed, the time of the command and a count that make each answer, so the same evaluation
gives the same again. Without one it is a number that Python chooses anew for each process to spread its hash
tables, and a count over all evaluations; no source of entropy is asked for.
"""

import hashlib
from itertools import count
from typing import Final

from counterflow.feel import numbers
from counterflow.feel.builtins.registry import builtin
from counterflow.feel.numbers import CONTEXT
from counterflow.feel.run import Run, Value

_CALLS: Final = count()
_FUEL: Final = 10
"""A hash takes a few microseconds, as much as ten steps."""

_PROCESS: Final = f"{hash('chance')}.{id(object())}"


def _bits(run: Run) -> int:
    """128 bits that have not been there before."""
    run.spend(_FUEL)
    run.drawn += 1
    seed = f"{run.seed}.{run.now_ms}.{run.drawn}" if run.seed else f"{_PROCESS}.{run.now_ms}.{next(_CALLS)}"
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=16).digest())


@builtin("random number()")
def random_number(run: Run) -> Value:
    """A number from 0 to below 1 with at most 16 digits, another one for each call."""
    return numbers.whole(CONTEXT.scaleb(numbers.exact(_bits(run) % 10**16), -16))


@builtin("uuid()")
def uuid(run: Run) -> Value:
    """The text of a version 4 UUID (RFC 9562, 5.4), another one for each call."""
    bits = _bits(run) & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
