"""The rule `process-start`: what begins an instance needs none of its variables."""

import pytest

from counterflow.bpmn.rules.process_start import RULE
from tests.bpmn.diagram import (
    catch_message,
    definitions,
    end,
    event_sub_process,
    message,
    model,
    path,
    process,
    refused,
    start,
    timer,
)


def begun(kind: str, text: str) -> bytes:
    return model(start("it", timer(kind, text)), end(), path("it", "end"))


@pytest.mark.parametrize(
    "kind, text, expected",
    [
        ("timeCycle",    "R/P1D",                                       []),
        ("timeCycle",    '= "R3/" + "PT1H"',                            []),
        ("timeDate",     '= now() + duration("PT1H")',                  []),
        ("timeDate",     '= date and time("2030-01-01T00:00:00Z")',     []),
        ("timeDuration", "PT1H",                                        []),
        ("timeDuration", "= delay",                                     ["it"]),
        ("timeCycle",    '= "R/" + period',                             ["it"]),
        ("timeCycle",    '= "every day"',                               ["it"]),
        ("timeDate",     '= duration("PT1H")',                          ["it"]),
    ],
)  # fmt: skip
def test_timers(kind: str, text: str, expected: list[str]) -> None:
    assert refused(begun(kind, text), RULE) == expected


@pytest.mark.parametrize(
    "name, expected",
    [("order", []), ('= "a" + "b"', []), ('= "a" + b', ["it"]), ("= 5", ["it"]), ('= ""', ["it"])],
)
def test_messages(name: str, expected: list[str]) -> None:
    content = definitions(
        process(start("it", catch_message("it")), end(), path("it", "end")), message(name, None, "message_it")
    )
    assert refused(content, RULE) == expected


def test_inside_an_instance_there_are_variables() -> None:
    esp = event_sub_process(
        "esp", start("it", timer("timeDuration", "= delay")), end("out"), path("it", "out")
    )
    assert refused(model(start(), end(), path("start", "end"), esp), RULE) == []
