"""The rule `ad-hoc-sub-process`: activities that somebody may activate, and nothing else to begin or end at."""

import pytest

from counterflow.bpmn.rules.ad_hoc_sub_process import RULE
from tests.bpmn.diagram import (
    catch,
    compensate,
    element,
    end,
    flow,
    handler,
    model,
    only_process,
    path,
    refused,
    service,
    start,
    throw,
    undo,
)


def ad_hoc(*inside: str, **attributes: str | None) -> str:
    return element("adHocSubProcess", *inside, id="team", **attributes)


MAIN = (start(), end(), path("start", "team", "end"))
ASK = service("ask")


@pytest.mark.parametrize(
    "inside, expected",
    [
        ((ad_hoc(ASK),), []),
        ((ad_hoc(ASK, ordering="Parallel"),), []),
        ((ad_hoc(ASK, ordering="Sequential"),), []),
        ((ad_hoc(ASK, ordering="sequential"),), ["team"]),
        ((ad_hoc(),), ["team"]),
        ((ad_hoc(start("in"), ASK, flow("in", "ask")),), ["in", "team"]),
        ((ad_hoc(ASK, end("out"), flow("ask", "out")),), ["out"]),
        ((ad_hoc(ASK), service("team#innerInstance")), ["team#innerInstance"]),
        ((ad_hoc(ASK), service("other#innerInstance")), []),
    ],
)
def test_what_is_in_it(inside: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(refused(model(*MAIN, *inside), RULE)) == expected


def test_in_a_camunda_model_it_is_refused() -> None:
    task = element("serviceTask", id="ask", camunda__type="external", camunda__topic="ask")
    assert refused(model(*MAIN, ad_hoc(task)), RULE) == ["team"]


def test_only_what_nothing_leads_to_is_activated() -> None:
    link = element("linkEventDefinition", name="on")
    inside = (
        *(ASK, service("tell"), flow("ask", "tell"), handler("unask"), undo("ask", "unask")),
        *(throw("over", link), catch("here", link), throw("then", compensate()), flow("here", "then")),
    )
    found = only_process(model(*MAIN, ad_hoc(*inside))).nodes["team"].ad_hoc
    assert found is not None
    assert found.activities == ("ask", "over")
