"""Every rule is a file with a reason, and every file is asked."""

import importlib
import pkgutil

import pytest

from counterflow.bpmn import rules
from counterflow.bpmn.rules.registry import RULES
from tests.bpmn.diagram import element, end, extensions, model, path, reading, start

NAMES = sorted(module.name for module in pkgutil.iter_modules(rules.__path__) if module.name != "registry")


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_is_named_after_its_file_gives_its_reason_and_is_registered(name: str) -> None:
    module = importlib.import_module(f"counterflow.bpmn.rules.{name}")
    assert name.replace("_", "-") == module.RULE
    assert module.check in RULES
    assert module.__doc__
    assert module.check.__doc__


def test_nothing_else_is_registered() -> None:
    assert len(RULES) == len(NAMES)


def test_an_element_that_is_refused_as_a_whole_is_not_judged_in_detail() -> None:
    call = element(
        "callChoreography",
        extensions(element("camunda:in", source="a", target="b"), element("camunda:hologram")),
        id="a",
    )
    findings = reading(model(start(), call, end(), path("start", "a", "end"))).findings
    assert [(finding.rule, finding.element_id) for finding in findings] == [("unsupported-element", "a")]
