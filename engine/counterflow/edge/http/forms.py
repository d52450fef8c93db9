"""Forms with files (multipart/form-data, RFC 7578): read whole, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from counterflow.edge.http.problems import HttpRefusal

FILES: Final = 1_000
"""How many files one form may have."""


class FormShape(NamedTuple):
    """What a form has: files, one or many, in parts of a name, and other parts, which are texts.

    Where that name is empty, whatever part has a file name is a file.
    """

    files: str
    takes_many: bool = True
    parts: tuple[str, ...] = ()


class FormFile(NamedTuple):
    """A file in a form."""

    name: str
    content: bytes
    media_type: str


class SentForm(NamedTuple):
    """A form that was read: its files in their order, and its other parts by name, in theirs."""

    files: Sequence[FormFile]
    parts: Mapping[str, Sequence[str]]


async def form_of(request: Request, body: bytes, shape: FormShape) -> SentForm:
    """A form as it was sent. Raises `HttpRefusal`."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        where = f", in parts named '{shape.files}'" if shape.files else ""
        raise HttpRefusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "INVALID_ARGUMENT",
            f"Expected a form with files (multipart/form-data){where}",
        )
    form = await _parsed(request, body)
    try:
        _refuse_broken_off(request, body)
        return await _read(form, shape)
    finally:
        await form.close()


async def _parsed(request: Request, body: bytes) -> FormData:
    async def whole() -> Any:
        yield body

    try:
        return await MultiPartParser(
            request.headers, whole(), max_files=FILES, max_fields=FILES, max_part_size=len(body)
        ).parse()
    except (MultiPartException, KeyError, ValueError) as error:
        raise _unreadable(getattr(error, "message", str(error))) from None


async def _read(form: FormData, shape: FormShape) -> SentForm:
    files: list[FormFile] = []
    parts: dict[str, list[str]] = {}
    for name, part in form.multi_items():
        if isinstance(part, str):
            parts.setdefault(name, []).append(part)
        elif not shape.files or name == shape.files:
            files.append(FormFile(part.filename or "", await part.read(), part.content_type or ""))
    if shape.files and shape.files in parts:
        raise _unreadable(f"a part named '{shape.files}' has no filename, by whose ending a file is known")
    return SentForm(files, parts)


def _refuse_broken_off(request: Request, body: bytes) -> None:
    """What reads forms does not miss their end, and gives what had come before. Raises `HttpRefusal`."""
    _, parameters = parse_options_header(request.headers["content-type"])
    if b"--" + parameters.get(b"boundary", b"") + b"--" not in body:
        raise _unreadable("its end is missing")


def _unreadable(why: str) -> HttpRefusal:
    return HttpRefusal(HTTPStatus.BAD_REQUEST, "INVALID_ARGUMENT", f"The form cannot be read: {why[:500]}")
