"""What `make bench` may be told, and what every benchmark is given."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Options:
    """`seconds` is the measured window of a run under load, `runs` how many of each are taken; `full` parks
    100 000 instances.
    """

    only: tuple[str, ...] = ()
    seconds: float = 2.0
    runs: int = 3
    full: bool = False
    write: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def parked(self) -> int:
        """Instances that wait while the server's memory is looked at."""
        return 100_000 if self.full else 20_000

    def say(self, text: str) -> None:
        """Progress, for the person who waits."""
        sys.stderr.write(f"{time.monotonic() - self.began:5.0f} s  {text}\n")
        sys.stderr.flush()


def read_options(arguments: Sequence[str], names: Iterable[str]) -> Options:
    """Options from the command line; exits with a usage message where they cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Measure what the promises cost."
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=sorted(names),
        help="this benchmark alone; may be given again",
    )
    parser.add_argument(
        "--seconds", type=float, default=Options.seconds, help="how long a run under load is measured"
    )
    parser.add_argument(
        "--runs", type=int, default=Options.runs, help="how many runs of each the median is taken from"
    )
    parser.add_argument("--full", action="store_true", help="100 000 waiting instances instead of 20 000")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    found = parser.parse_args(arguments)
    return Options(tuple(found.only), found.seconds, found.runs, found.full, found.write)
