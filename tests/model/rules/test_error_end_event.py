"""The rule `error-end-event`: what is thrown has a constant code."""

import pytest

from counterflow.model.rules.error_end_event import RULE
from tests.model.diagram import catch_error, element, end, extensions, model, path, refused, start, warned

MAIN = (start(), path("start", "end"))


def thrown(code: str | None, *inside: str) -> bytes:
    content = model(*MAIN, *inside, end("end", element("errorEventDefinition", errorRef="error_A")))
    return content.replace(b'errorCode="A"', b"" if code is None else f'errorCode="{code}"'.encode())


@pytest.mark.parametrize(
    "code, expected", [("A", []), ("NO STOCK", []), (None, ["end"]), ("", ["end"]), ("= code", ["end"]), ("${code}", ["end"])]
)
def test_codes(code: str | None, expected: list[str]) -> None:
    assert refused(thrown(code), RULE) == expected


def test_an_end_event_that_names_no_error_is_refused() -> None:
    assert refused(model(*MAIN, end("end", catch_error())), RULE) == ["end"]


def test_a_message_that_would_be_lost_is_told() -> None:
    content = thrown("A", extensions(element("camunda:properties")))
    assert warned(content.replace(b'errorCode="A"', b'errorCode="A" camunda:errorMessage="gone"'), RULE) == ["end"]
