"""What kind of load: the flags that every generator takes, the one in Go included."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields

from tests.benchmarks.diagrams import TASKS


@dataclass(frozen=True)
class Shape:
    """A closed loop of `seconds` after `warm` more; or `serial` instances one after another; or `park` that
    nobody works on.
    """

    address: str = "127.0.0.1:26500"
    tasks: int = TASKS
    creators: int = 16
    inflight: int = 100
    completers: int = 16
    connections: int = 2
    variables: str = '{"n":1}'
    seconds: float = 5.0
    warm: float = 1.0
    serial: int = 0
    park: int = 0

    def arguments(self) -> list[str]:
        """The flags that say so."""
        return [
            text for field in fields(self) for text in (f"--{field.name}", str(getattr(self, field.name)))
        ]


def read_shape(arguments: Sequence[str]) -> Shape:
    """A shape from flags; exits with a usage message where they cannot be used."""
    parser = argparse.ArgumentParser(description=Shape.__doc__)
    for field in fields(Shape):
        parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    return Shape(**vars(parser.parse_args(arguments)))
