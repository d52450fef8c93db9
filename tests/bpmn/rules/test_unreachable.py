"""The rule `unreachable`: elements that no token comes to."""

import pytest

from counterflow.bpmn.rules.unreachable import RULE
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    end,
    event_sub_process,
    flow,
    gateway,
    handler,
    model,
    path,
    reading,
    service,
    start,
    sub_process,
    timer,
    undo,
    warned,
)

MAIN = (start(), service("a"), end(), path("start", "a", "end"))
INNER = (start("in"), service("inner"), end("out"), path("in", "inner", "out"))


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([], []),
        ([boundary("caught", "a", catch_error()), end("failed"), path("caught", "failed")], []),
        ([undo("a", by="b"), handler("b")], []),
        ([start("daily", timer("timeCycle", "R/P1D")), service("report"), path("daily", "report")], []),
        ([boundary("late", "a", timer(), cancelActivity="false"), end("told"), path("late", "told")], []),
        ([event_sub_process("esp", start("esp_in", timer()), service("cry"), path("esp_in", "cry"))], []),
        (
            [
                gateway("g", kind="eventBased"),
                catch("one", timer()),
                catch("two", timer()),
                path("a", "g", "one"),
                path("g", "two"),
            ],
            [],
        ),
        ([gateway("g", kind="eventBased"), catch("one", timer()), path("g", "one")], ["g", "one"]),
        ([service("island")], ["island"]),
        ([service("one"), service("two"), path("one", "two", "one")], ["one", "two"]),
        ([service("island"), boundary("caught", "island", catch_error()), path("caught", "end")], ["island"]),
        ([sub_process("island", *INNER)], ["island"]),
    ],
)
def test_reaching(inside: list[str], expected: list[str]) -> None:
    assert warned(model(*MAIN, *inside), RULE) == expected


def test_a_join_that_lacks_a_token_for_ever_is_told() -> None:
    stray = (service("stray"), flow("stray", "join"))
    content = model(
        start(),
        service("a"),
        gateway("join", kind="parallel"),
        end(),
        path("start", "a", "join", "end"),
        *stray,
    )
    assert sorted(warned(content, RULE)) == ["join", "stray"]
    assert any(
        "no token comes along sequenceFlow 'stray_join'" in finding.message
        for finding in reading(content).findings
    )
