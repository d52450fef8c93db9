"""A complex gateway that joins says when it goes on."""

from counterflow.bpmn.activation import RULE
from tests.bpmn.diagram import element, end, flow, model, path, reading, refused, service, start


def joining(condition: str | None, kind: str = "complexGateway") -> bytes:
    asked = (element("activationCondition", condition),) if condition is not None else ()
    ways = (path("start", "a", "g"), path("start", "b", "g"), path("g", "end"))
    return model(start(), service("a"), service("b"), element(kind, *asked, id="g"), end(), *ways)


def test_its_condition_is_read() -> None:
    (process,) = reading(joining("= activationCount &gt;= 2")).processes
    activation = process.nodes["g"].activation
    assert activation is not None
    assert (activation.text, process.nodes["g"].reach is not None) == ("activationCount >= 2", True)


def test_without_one_a_join_is_refused_and_a_fork_is_not() -> None:
    assert refused(joining(None), RULE) == ["g"]
    assert refused(joining(""), RULE) == ["g"]
    fork = (path("start", "g", "a", "end"), flow("g", "b", "= x"), path("b", "end"))
    forking = model(start(), element("complexGateway", id="g"), service("a"), service("b"), end(), *fork)
    assert refused(forking, RULE) == []


def test_elsewhere_a_condition_of_that_name_means_nothing() -> None:
    assert refused(joining("= activationCount &gt;= 2", "inclusiveGateway"), "unsupported-element") == ["g"]
