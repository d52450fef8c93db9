"""Data objects of a process beside what a message brings to the event that begins it."""

from __future__ import annotations

from counterflow.kernel.rows import Variable
from tests.bpmn.diagram import catch_message, element, end, event_sub_process, extensions, model, path, start
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


def data_object(name: str, value: str) -> str:
    inside = extensions(element("camunda:value", value))
    return element("dataObject", inside, id=f"object_{name}", name=name, itemSubjectRef="xsd:int")


def local(bench: Bench, process_variables: set[str]) -> dict[str, bytes]:
    """The variables that are not the process's."""
    return {row.name: row.value for row in bench.rows(Variable) if row.name not in process_variables}


def test_what_an_event_brings_an_event_sub_process_is_not_lost_to_its_data_object() -> None:
    task = element("userTask", id="inside")
    began = start("came", catch_message("order"), isInterrupting="false")
    objects = data_object("amount", "7") + data_object("limit", "8")
    content = model(
        *(start(), element("userTask", id="work"), end(), path("start", "work", "end")),
        event_sub_process("event", objects, began, task, path("came", "inside")),
    )
    bench = Bench(content)
    bench.create()
    bench.publish("order", "", amount=99)
    assert local(bench, set()) == {"amount": b"99", "limit": b"8"}


def test_the_item_of_a_loop_is_not_lost_to_a_data_object() -> None:
    loop = element(
        "multiInstanceLoopCharacteristics", camunda__collection="items", camunda__elementVariable="item"
    )
    content = model(
        *(start(), end(), path("start", "each", "end")),
        element(
            "subProcess",
            *(
                data_object("item", "7"),
                start("s"),
                element("userTask", id="inside"),
                path("s", "inside"),
                loop,
            ),
            id="each",
        ),
    )
    bench = Bench(content)
    bench.create(items=[1])
    assert local(bench, {"items"})["item"] == b"1"
