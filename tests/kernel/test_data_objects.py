"""Data objects of a process beside what a message brings to the event that begins it."""

from __future__ import annotations

from counterflow.kernel.rows import Variable
from tests.bpmn.diagram import element, end, extensions, model, path, start
from tests.kernel.bench import Bench

MAPPED = element("camunda:inputOutput", element("camunda:outputParameter", "${item}", name="ordered"))


def test_they_stay_where_a_start_event_maps_what_the_message_brings() -> None:
    """What has the name of a data object is the process's, mapped or not."""
    objects = (
        element("dataObject", extensions(element("camunda:value", "3")), id=name, itemSubjectRef="xsd:int")
        for name in ("limit", "other")
    )
    ordered = element("messageEventDefinition", messageRef="message_order")
    work = element("userTask", id="work")
    content = model(
        *objects, start("start", extensions(MAPPED), ordered), work, end(), path("start", "work", "end")
    )
    bench = Bench(content)
    bench.publish("order", "", item="tea", limit=7)
    assert {row.name: row.value for row in bench.rows(Variable)} == {
        "limit": b"7",
        "other": b"3",
        "ordered": b'"tea"',
    }
