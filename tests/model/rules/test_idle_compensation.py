"""The rule `idle-compensation`: nothing undoes a process as a whole."""

from counterflow.model.rules.idle_compensation import RULE
from tests.model.diagram import compensate, end, event_sub_process, model, path, refused, start, sub_process, warned

UNDOING = event_sub_process("esp", start("esp_in", compensate()), end("esp_out"), path("esp_in", "esp_out"))


def test_directly_in_a_process_it_is_told() -> None:
    content = model(start(), end(), path("start", "end"), UNDOING)
    assert warned(content, RULE) == ["esp"]
    assert refused(content, RULE) == []


def test_in_a_sub_process_it_is_accepted() -> None:
    sub = sub_process("sub", start("in"), end("out"), path("in", "out"), UNDOING)
    assert warned(model(start(), sub, end(), path("start", "sub", "end")), RULE) == []
