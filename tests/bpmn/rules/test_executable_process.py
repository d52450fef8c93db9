"""The rule `executable-process`: something to deploy, and an id to start it by."""

import pytest

from counterflow.bpmn.rules.executable_process import RULE
from tests.bpmn.diagram import definitions, end, path, process, reading, refused, start, warned

INSIDE = (start(), end(), path("start", "end"))


@pytest.mark.parametrize("executable", ["true", "1"])
def test_an_executable_process_is_accepted(executable: str) -> None:
    assert refused(definitions(process(*INSIDE, executable=executable)), RULE) == []


@pytest.mark.parametrize("executable", ["false", None])
def test_a_file_without_one_is_refused(executable: str | None) -> None:
    assert refused(definitions(process(*INSIDE, executable=executable)), RULE) == ["definitions"]


def test_a_process_that_is_not_executable_is_left_alone_with_a_warning() -> None:
    content = definitions(process(*INSIDE), process(start("s2"), process_id="black-box", executable=None))
    assert warned(content, RULE) == ["black-box"]
    assert [one.id for one in reading(content).processes] == ["process"]


def test_a_process_without_id_is_refused() -> None:
    assert refused(definitions(process(*INSIDE, process_id=None)), RULE) == ["process"]
