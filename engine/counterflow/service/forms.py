"""Forms as they are handed in: JSON with an id, kept byte for byte and never looked into any further."""

from __future__ import annotations

import msgspec

from counterflow.documents.findings import Finding, Severity
from counterflow.documents.limits import DEFAULT_LIMITS, DocumentLimits
from counterflow.kernel.resources import ReadForm

RULE = "form"
ID_LENGTH = 1_000
"""Characters of the id of a form, and of what its author calls a version."""


class _Form(msgspec.Struct, rename="camel"):
    id: str = ""
    version_tag: str | None = None


_decode = msgspec.json.Decoder(_Form).decode


def read_form(content: bytes, name: str, limits: DocumentLimits) -> ReadForm | Finding:
    """The form in a file, or what is wrong with it."""
    if len(content) > limits.resource_bytes:
        return _finding(
            name,
            f"expected a form of at most {limits.resource_bytes} bytes, found {len(content)}.",
            "Leave pictures and long texts out of it.",
        )
    try:
        form = _decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _finding(
            name, f"expected a form in JSON, found something else: {error}.", "Save it with a form editor."
        )
    tag = form.version_tag or ""
    if not form.id.strip() or len(form.id) > ID_LENGTH or len(tag) > ID_LENGTH:
        return _finding(
            name,
            f"expected a form with an id, and at most {ID_LENGTH} characters of it and of a versionTag, "
            f"found {len(form.id)} and {len(tag)}.",
            'Give it one, as "id": "approval".',
        )
    return ReadForm(form.id, tag or None)


def form_findings(content: bytes, name: str) -> list[Finding]:
    """What there is to say of a form, as of any file."""
    form = read_form(content, name, DEFAULT_LIMITS)
    return [form] if isinstance(form, Finding) else []


def _finding(name: str, message: str, remedy: str) -> Finding:
    return Finding(
        line=1, element_id=name, rule=RULE, message=message, remedy=remedy, severity=Severity.ERROR
    )
