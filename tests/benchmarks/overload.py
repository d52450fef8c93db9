"""What happens when 200 callers create instances as fast as they can and take no refusal for an answer."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.figures import Figure, Result, Skipped
from tests.benchmarks.generators.shape import Shape
from tests.benchmarks.machine import peak_megabytes, processor_seconds, resident_megabytes
from tests.benchmarks.options import Options
from tests.benchmarks.processes import counterflow, generate, why_no_go

CALLERS = 200
SECONDS = 60.0
BEST = "instances/s, 100 under way"
BEFORE = "memory before"


def overload(options: Options) -> Iterator[Result]:
    """The rate at which instances end, beside the best there is; refusals, memory, and what was acknowledged
    and never ended.
    """
    if why_no_go():
        yield Skipped("overload", why_no_go())
        return
    with tempfile.TemporaryDirectory() as folder, counterflow(Path(folder, "overload.db")) as server:
        calm = Shape(address=server.address, seconds=options.seconds)
        best = _best(calm, options)
        before, taken = resident_megabytes(server.pid), processor_seconds(server.pid)
        options.say(
            f"{CALLERS} callers without back-off for {SECONDS:g} s, after a best of {statistics.median(best):,.0f} instances a second"
        )
        measured = generate("go", replace(calm, seconds=SECONDS, creators=CALLERS), "--impatient")
        peak, taken = peak_megabytes(server.pid), processor_seconds(server.pid) - taken
        best += _best(calm, options)
    name = f"{CALLERS} callers without back-off"
    yield Figure(BEST, best, "a second")
    yield Figure(f"instances/s, {name}", [measured["instances_per_s"]], "a second", BEST)
    yield Figure(
        f"server's processor time per instance, {name}", [taken * 1e3 / max(measured["created"], 1)], "ms"
    )
    yield Figure(f"instances begun/s, {name}", [measured["created_per_s"]], "a second")
    yield Figure(f"RESOURCE_EXHAUSTED/s, {name}", [measured["refused_per_s"]], "a second")
    yield Figure(f"other errors, {name}", [measured["create_errors"] + measured["complete_errors"]], "calls")
    yield Figure(f"completions told RESOURCE_EXHAUSTED, {name}", [measured["refused_completions"]], "calls")
    yield Figure(f"begun and not yet ended after {SECONDS:g} s, {name}", [measured["waiting"]], "instances")
    yield Figure(
        f"acknowledged and lost, {name}", [measured["lost"]], f"of {measured['created']:,} instances"
    )
    yield Figure(BEFORE, [before], "MB")
    yield Figure(f"most memory, {name}", [peak], "MB", BEFORE)


def _best(calm: Shape, options: Options) -> list[float]:
    """Taken before and after: a machine that others use as well may not be the same a minute later."""
    rates = []
    for run in range(options.runs):
        options.say(f"100 instances under way, run {run + 1} of {options.runs}")
        rates.append(generate("go", calm)["instances_per_s"])
    return rates
