"""`make bench`: what the promises cost, as one table. `--help` says what it may be told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from tests.benchmarks import (
    documents,
    end_to_end,
    feel_dmn,
    footprint,
    fuel,
    growth,
    in_process,
    machine,
    overload,
    peers,
    spiff,
    steps,
    transports,
)
from tests.benchmarks.figures import Result, as_text, lines
from tests.benchmarks.options import Options, read_options

BENCHMARKS: Mapping[str, Callable[[Options], Iterator[Result]]] = {
    "load": end_to_end.under_load,
    "idle": end_to_end.idle,
    "transports": transports.transports,
    "overload": overload.overload,
    "peers": peers.peers,
    "start": footprint.starting,
    "waiting": footprint.waiting,
    "kernel": in_process.kernel,
    "loop": in_process.loops,
    "steps": steps.steps,
    "growth": growth.growth,
    "spiff": spiff.spiff,
    "feel": lambda _: feel_dmn.feel_dmn(),
    "fuel": lambda _: fuel.fuel(),
}


def main() -> None:
    """Measure, print, and write if asked to."""
    options = read_options(sys.argv[1:], BENCHMARKS)
    described = machine.description()
    results = [result for name in options.only or BENCHMARKS for result in BENCHMARKS[name](options)]
    table = lines(results)
    options.say("done")
    print(*described, "", as_text(table), sep="\n")
    if options.write:
        documents.write_figures(table, described, options)


if __name__ == "__main__":
    main()
