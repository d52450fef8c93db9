"""The rule `called-process`: a call names what it calls."""

import pytest

from counterflow.documents.findings import Severity
from counterflow.model.rules.called_process import RULE
from tests.model.diagram import element, end, extensions, model, path, refused, start, told


def around(call: str) -> bytes:
    return model(start(), call, end(), path("start", "a", "end"))


def test_a_process_that_is_named_is_not_looked_for_yet() -> None:
    assert refused(around(element("callActivity", extensions(element("zeebe:calledElement", processId="later")), id="a")), RULE) == []


@pytest.mark.parametrize(
    "inside, remedy",
    [
        ("", "zeebe:calledElement"),
        (extensions(element("zeebe:calledElement", processId=" ")), "zeebe:calledElement"),
        (extensions(element("zeebe:ioMapping")), "zeebe:calledElement"),
        (extensions(element("camunda:in", variables="all")), 'calledElement="'),
    ],
)
def test_a_call_of_nothing_is_refused_in_the_words_of_the_dialect(inside: str, remedy: str) -> None:
    (finding,) = told(around(element("callActivity", inside, id="a")), RULE, Severity.ERROR)
    assert finding.element_id == "a"
    assert remedy in finding.remedy
