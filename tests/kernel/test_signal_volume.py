"""What signals carry is paid for by those who throw them, also where nobody receives them."""

from __future__ import annotations

from counterflow.kernel import events_of
from counterflow.kernel.events.signal import SignalBroadcast
from counterflow.kernel.rows import Incident
from counterflow.kernel.work.budget import BYTES_PER_FUEL, ProcessLimits
from tests.bpmn.diagram import definitions, element, end, extensions, path, process, signal, start, throw
from tests.kernel.bench import Bench

LIMITS = ProcessLimits(fuel=20_000)


def test_throws_of_everything_are_bounded_in_all() -> None:
    mark = element("multiInstanceLoopCharacteristics", camunda__collection="items")
    everything = extensions(element("camunda:in", variables="all"))
    inside = element(
        "subProcess",
        mark,
        start("s"),
        throw("t", element("signalEventDefinition", everything, signalRef="signal_x")),
        path("s", "t"),
        id="each",
    )
    content = definitions(process(start(), inside, end(), path("start", "each", "end")), signal("x"))
    bench = Bench(content, limits=LIMITS)
    bench.create(items=list(range(300)), big="x" * 100_000)
    carried = sum(
        len(event.variables)
        for entry in bench.log
        for event in events_of(entry)
        if isinstance(event, SignalBroadcast)
    )
    assert carried <= LIMITS.fuel * BYTES_PER_FUEL
    assert {row.error_type for row in bench.rows(Incident)} == {"IO_MAPPING_ERROR"}
