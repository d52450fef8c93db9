"""Complex gateways of models that nobody draws. The ordinary course is played in `bpmn/behaviours/gateways`."""

from __future__ import annotations

from counterflow.kernel.rows import ArrivedToken, Job
from tests.bpmn.diagram import element, end, flow, gateway, model, path, service, start
from tests.kernel.bench import Bench


def test_a_flow_may_be_called_like_another_one_of_the_gateway() -> None:
    condition = element("activationCondition", "= activationCount &gt;= 1")
    called_alike = (flow("a", "g", id="x"), flow("b", "g", id="g x"))
    bench = Bench(
        model(
            *(start(), gateway("fork", "parallel"), service("a", job="a"), service("b", job="b")),
            *(element("complexGateway", condition, id="g"), service("after", job="after"), end()),
            *(path("start", "fork", "a"), path("fork", "b"), *called_alike, path("g", "after", "end")),
        )
    )
    instance = bench.create()
    bench.complete("b")
    assert [instance.elements[key].element_id for key in sorted(instance.elements)[1:]] == ["a", "after"]
    bench.complete("a")
    assert bench.rows(ArrivedToken) == [], "the round is over"
    assert [job.type for job in bench.rows(Job)] == ["after"]
    bench.complete("after")
    assert not instance.elements
