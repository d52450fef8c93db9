"""The rule `link-name`: a link has a name, and in its scope one catch, which nothing else leads to."""

import pytest

from counterflow.bpmn.rules.link_name import RULE
from tests.bpmn.diagram import (
    catch,
    element,
    end,
    flow,
    model,
    only_process,
    path,
    refused,
    start,
    sub_process,
    throw,
)


def link(name: str | None) -> str:
    return element("linkEventDefinition", name=name)


OVER, HERE = throw("over", link("on")), catch("here", link("on"))
MAIN = (start(), end(), path("start", "over"), path("here", "end"))


@pytest.mark.parametrize(
    "inside, expected",
    [
        ((OVER, HERE), []),
        ((OVER, HERE, throw("too", link("on"))), []),
        ((throw("over", link(None)), HERE), ["over"]),
        ((throw("over", link(" ")), HERE), ["over"]),
        ((throw("over", link("other")), HERE), ["over"]),
        ((OVER, catch("here", link(None))), ["over", "here"]),
        ((OVER, HERE, catch("there", link("on"))), ["there"]),
        ((OVER, HERE, flow("over", "end")), ["over_end"]),
        ((OVER, HERE, flow("start", "here")), ["start_here"]),
        ((OVER, HERE, sub_process("sub", start("in"), throw("out", link("on")), path("in", "out"))), ["out"]),
    ],
)
def test_links(inside: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(refused(model(*MAIN, *inside), RULE)) == sorted(expected)


def test_a_link_is_a_flow_of_the_graph() -> None:
    nodes = only_process(model(*MAIN, OVER, HERE)).nodes
    (link_flow,) = nodes["over"].outgoing
    assert (link_flow.source, link_flow.target) == ("over", "here")
    assert nodes["here"].incoming == (link_flow,)
