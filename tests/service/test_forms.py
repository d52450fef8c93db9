"""What is a form, and what is not."""

from __future__ import annotations

import pytest

from counterflow.documents.findings import Finding
from counterflow.documents.limits import DocumentLimits
from counterflow.kernel.resources import ReadForm
from counterflow.service.forms import ID_LENGTH, read_form

LIMITS = DocumentLimits(resource_bytes=5_000)


def test_a_form_has_an_id_and_perhaps_a_label() -> None:
    assert read_form(b'{"id": "a", "components": [{"key": 1}]}', "a.form", LIMITS) == ReadForm("a")
    assert read_form(b'{"id": "a", "versionTag": "v1"}', "a.form", LIMITS) == ReadForm("a", "v1")
    assert read_form(b'{"id": "a", "versionTag": null}', "a.form", LIMITS) == ReadForm("a")


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "found something else"),
        (b"[]", "found something else"),
        (b'{"id": 1}', "found something else"),
        (b'{"id": "' + b"\xff" + b'"}', "found something else"),
        (b"[" * 4_000, "found something else"),
        (b'{"id": " "}', "a form with an id"),
        (b"{}", "a form with an id"),
        (b'{"id": "' + b"a" * (ID_LENGTH + 1) + b'"}', "at most 1000 characters"),
        (b'{"id": "a", "versionTag": "' + b"a" * (ID_LENGTH + 1) + b'"}', "at most 1000 characters"),
        (b" " * 5_001, "at most 5000 bytes, found 5001"),
    ],
)
def test_what_is_none(content: bytes, message: str) -> None:
    found = read_form(content, "a.form", LIMITS)
    assert isinstance(found, Finding)
    assert message in found.message
    assert found.remedy
