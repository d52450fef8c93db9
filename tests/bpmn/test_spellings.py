"""Booleans and references are read as they are meant, in every spelling that XML Schema or Java knows."""

from collections.abc import Callable

import pytest

from counterflow.bpmn.read import ReadProcesses, read_accepted
from counterflow.bpmn.rules.boolean_attribute import RULE
from counterflow.bpmn.spellings import BOOLEANS
from counterflow.model.graph import CalledProcess
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    definitions,
    element,
    end,
    event_sub_process,
    extensions,
    flow,
    gateway,
    handler,
    model,
    only_process,
    path,
    process,
    reading,
    refused,
    service,
    start,
    sub_process,
    throw,
    timer,
    undo,
    warned,
)

AROUND = (start(), end(), path("start", "a", "end"))
ITEMS = extensions(element("zeebe:loopCharacteristics", inputCollection="= items"))
ESP = (start("in", catch_error("A")), end("out"), path("in", "out"))


def shown(result: ReadProcesses) -> list[str]:
    """All that was read, as texts: of expressions there are never two that are the same."""
    return [f"{process.id}: {node}" for process in result.processes for node in process.nodes.values()]


def calling(**attributes: str) -> bytes:
    return model(
        *AROUND,
        element(
            "callActivity", extensions(element("zeebe:calledElement", processId="p", **attributes)), id="a"
        ),
    )


def marked(tag: str, *inside: str, **attributes: str) -> bytes:
    return model(
        *AROUND,
        service("a").replace("</serviceTask>", element(tag, *inside, **attributes) + "</serviceTask>"),
    )


def in_camunda(tag: str, *inside: str, **attributes: str) -> bytes:
    return model(
        *AROUND, element(tag, *inside, id="a", camunda__topic="t", camunda__type="external", **attributes)
    )


WITH_BOOLEANS: dict[str, Callable[[str], bytes]] = {
    "isExecutable": lambda value: definitions(process(*AROUND, service("a"), executable=value)),
    "triggeredByEvent": lambda value: model(
        *AROUND, service("a"), sub_process("esp", *ESP, triggeredByEvent=value)
    ),
    "isForCompensation": lambda value: model(
        *AROUND,
        service("a"),
        undo("a", by="b"),
        service("b", isForCompensation=value),
        end("undone", compensate()),
    ),
    "cancelActivity": lambda value: model(
        *AROUND, service("a"), boundary("b", "a", catch_message("order"), cancelActivity=value)
    ),
    "isInterrupting": lambda value: model(
        *AROUND,
        service("a"),
        event_sub_process(
            "esp", start("in", catch_message("order"), isInterrupting=value), end("out"), path("in", "out")
        ),
    ),
    "instantiate": lambda value: model(
        *AROUND[:2],
        gateway("a", kind="eventBased", instantiate=value),
        catch("one", catch_message("order")),
        catch("two", catch_message("payment")),
        path("start", "a", "one", "end"),
        path("a", "two", "end"),
    ),
    "waitForCompletion": lambda value: model(*AROUND, throw("a", compensate(waitForCompletion=value))),
    "isSequential": lambda value: marked("multiInstanceLoopCharacteristics", ITEMS, isSequential=value),
    "parallelMultiple": lambda value: model(
        *AROUND, catch("a", catch_message("order") + timer(), parallelMultiple=value)
    ),
    "testBefore": lambda value: marked("standardLoopCharacteristics", testBefore=value, loopMaximum="2"),
    "cancelRemainingInstances": lambda value: model(
        *AROUND, element("adHocSubProcess", element("task", id="t"), id="a", cancelRemainingInstances=value)
    ),
    "propagateAllParentVariables": lambda value: calling(propagateAllParentVariables=value),
    "propagateAllChildVariables": lambda value: calling(propagateAllChildVariables=value),
    "local": lambda value: in_camunda(
        "callActivity",
        extensions(element("camunda:in", source="x", target="y", local=value)),
        calledElement="p",
    ),
}
SPELLINGS = [("true", written) for written in ("True", "TRUE", "1", " true ", "\n1")]
SPELLINGS += [("false", written) for written in ("False", "FALSE", "0", " false ")]


def test_every_boolean_is_here() -> None:
    assert set(WITH_BOOLEANS) == set().union(*BOOLEANS.values())


@pytest.mark.parametrize("attribute", sorted(WITH_BOOLEANS))
def test_true_and_false_are_not_the_same(attribute: str) -> None:
    yes, no = (reading(WITH_BOOLEANS[attribute](value)) for value in ("true", "false"))
    assert (shown(yes), yes.findings) != (shown(no), no.findings)


@pytest.mark.parametrize("attribute", WITH_BOOLEANS)
@pytest.mark.parametrize("plain, written", SPELLINGS)
def test_a_boolean_is_read_in_every_spelling(attribute: str, plain: str, written: str) -> None:
    drawn = WITH_BOOLEANS[attribute]
    expected, found = reading(drawn(plain)), reading(drawn(written))
    assert found.findings == expected.findings
    assert shown(found) == shown(expected)


@pytest.mark.parametrize("attribute", WITH_BOOLEANS)
@pytest.mark.parametrize("written", ["yes", "on", "", "2", "-1", "truee", "wahr", "null", "${true}"])
def test_what_is_no_boolean_is_refused_and_never_false_in_silence(attribute: str, written: str) -> None:
    content = WITH_BOOLEANS[attribute](written)
    (only,) = [finding for finding in reading(content).errors if finding.rule == RULE]
    assert f"expected {attribute}" in only.message
    assert f"found '{written}'" in only.message
    assert len(refused(content, RULE)) == 1


def test_what_was_deployed_with_one_is_read_again() -> None:
    """A rule that a later version adds must not strand what runs already."""
    assert read_accepted(WITH_BOOLEANS["cancelActivity"]("yes"), "model.bpmn").processes


def test_documentation_beside_an_executable_process_may_say_what_it_likes() -> None:
    sketch = process(
        sub_process("sketch", triggeredByEvent="perhaps"), process_id="sketched", executable="false"
    )
    content = definitions(process(start(), end(), path("start", "end")), sketch)
    assert reading(content).errors == []


# -- references

QUALIFIED = {
    "xmlns:tns": "https://example.org",
    "xmlns:semantic": "http://www.omg.org/spec/BPMN/20100524/MODEL",
}


def everything(prefix: str) -> bytes:
    """A model with every kind of reference that is read."""
    of = f"{prefix}:" if prefix else ""
    named = {"sourceRef": f"{of}caught", "targetRef": f"{of}end"}
    content = process(
        start(),
        service("a"),
        element("sequenceFlow", id="start_a", sourceRef=f"{of}start", targetRef=f"{of}a"),
        gateway("choice", default=f"{of}choice_trip"),
        path("a", "choice"),
        element("receiveTask", id="wait", messageRef=f"{of}order"),
        flow("choice", "trip"),
        flow("choice", "wait", "= x"),
        path("wait", "end"),
        sub_process("trip", start("in"), service("b"), end("out"), path("in", "b", "out")),
        boundary("undo_trip", f"{of}trip", compensate()),
        element("association", id="by", sourceRef=f"{of}undo_trip", targetRef=f"{of}cancel"),
        handler("cancel"),
        boundary("caught", f"{of}trip", element("errorEventDefinition", errorRef=f"{of}broken")),
        element("sequenceFlow", id="caught_end", **named),
        throw("undone", compensate(activityRef=f"{of}trip")),
        path("trip", "undone", "end"),
        end("end", element("errorEventDefinition", errorRef=f" {of}broken ")),
    )
    subscription = extensions(element("zeebe:subscription", correlationKey="= key"))
    order = element("message", subscription, id="order", name="order")
    return definitions(content, element("error", id="broken", errorCode="BROKEN"), order, **QUALIFIED)


@pytest.mark.parametrize("prefix", ["tns", "semantic"])
def test_a_reference_with_a_bound_prefix_names_what_it_names_without(prefix: str) -> None:
    plain, qualified = reading(everything("")), reading(everything(prefix))
    assert plain.processes
    assert qualified.findings == plain.findings
    assert shown(qualified) == shown(plain)


@pytest.mark.parametrize(
    "written, expected", [("tns:other", "other"), ("unbound:other", "unbound:other"), (" other ", "other")]
)
def test_a_called_process_is_named_so_too(written: str, expected: str) -> None:
    call = element("callActivity", id="a", calledElement=written, camunda__asyncBefore="true")
    called = only_process(definitions(process(*AROUND, call), **QUALIFIED)).nodes["a"].work
    assert isinstance(called, CalledProcess)
    assert called.process_id == expected


def test_the_collection_of_a_loop_is_named_so_too() -> None:
    mark = element("multiInstanceLoopCharacteristics", element("loopDataInputRef", "tns:orders"))
    task = element("serviceTask", mark, id="a", camunda__type="external", camunda__topic="t")
    loop = only_process(definitions(process(*AROUND, task), **QUALIFIED)).nodes["a"].multi_instance
    assert loop is not None
    assert loop.collection.text == "orders"


def test_an_id_with_a_colon_is_that_id() -> None:
    content = definitions(process(start(), end("tns:end"), flow("start", "tns:end", id="f")), **QUALIFIED)
    assert only_process(content).nodes["start"].outgoing[0].target == "tns:end"


def test_a_name_of_an_imported_file_is_not_one_of_this_file() -> None:
    elsewhere = element(
        "import",
        importType="http://www.omg.org/spec/BPMN/20100524/MODEL",
        location="x.bpmn",
        namespace="urn:elsewhere",
    )
    task = element("receiveTask", id="a", messageRef="there:order")
    named = element("message", id="order", name="order")
    content = definitions(elsewhere, process(*AROUND, task), named, **{"xmlns:there": "urn:elsewhere"})
    assert refused(content, "dangling-reference") == ["a"]


def test_a_namespace_whose_name_is_no_uri_is_told_and_the_model_read() -> None:
    content = definitions(
        process(start(), end(), path("start", "end")), **{"xmlns:p": "http://für.example/ä", "xmlns:w": "[x]"}
    )
    assert reading(content).processes
    assert warned(content, "xml-namespace") == ["model.bpmn", "model.bpmn"]


@pytest.mark.parametrize("prefix, names", [("zeebe:", False), ("", True)])
def test_a_reference_into_the_namespace_of_others_names_nothing_here(prefix: str, names: bool) -> None:
    content = model(start(), catch("wait", catch_message("order")), end(), path("start", "wait", "end"))
    written = content.replace(b'messageRef="', f'messageRef="{prefix}'.encode())
    assert refused(written, "dangling-reference") == ([] if names else ["wait"])
