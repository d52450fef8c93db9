"""Documents: bytes that clients keep beside the database and pass about as references.

Each is two files in a folder beside it, which its server's user alone can read: `ID.bytes`, and `ID.json`
with what is known of it, which is written last and taken away first: a document is there as soon as that is,
whole, and not any more without it. With a database in memory the folder goes when the server does.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.partition.clock import wall_ms
from counterflow.partition.refusals import Overloaded
from counterflow.service.refusals import Invalid
from counterflow.store.open import file_beside

ID: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")
FOLDER: Final = "-documents"
"""What comes behind the database's name."""
OWNER_ONLY: Final = 0o600
KEY_FILE: Final = ".key"
KNOWN, CONTENT, WRITTEN = ".json", ".bytes", ".written"


class KeptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a document; `properties_json` is a JSON object of the client's own."""

    id: str
    file_name: str
    media_type: str
    size: int
    content_hash: str
    created_at_ms: int
    expires_at_ms: int | None = None
    process_definition_id: str | None = None
    process_instance_key: int | None = None
    properties_json: str = "{}"


class DocumentWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says of a document that it wants to be kept; without an id it is given one."""

    id: str = ""
    file_name: str = ""
    media_type: str = ""
    expires_at_ms: int | None = None
    process_definition_id: str | None = None
    process_instance_key: int | None = None
    properties_json: str = "{}"


class DocumentStore:
    """Keeps documents; each method does its work at once, in whatever thread it is called."""

    def __init__(self, database: str, most_bytes: int) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self._writing = threading.Lock()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._used: int | None = None

    def keep(self, content: bytes, wish: DocumentWish) -> KeptDocument:
        """Keep a document.

        Raises `Invalid`, `Rejection` for an id that is taken, and `Overloaded` where there is no room.
        """
        kept = KeptDocument(
            id=_checked(wish.id or secrets.token_hex(16)),
            file_name=wish.file_name,
            media_type=wish.media_type,
            size=len(content),
            content_hash=hashlib.sha256(content).hexdigest(),
            created_at_ms=wall_ms(),
            expires_at_ms=wish.expires_at_ms,
            process_definition_id=wish.process_definition_id,
            process_instance_key=wish.process_instance_key,
            properties_json=wish.properties_json,
        )
        known = msgspec.json.encode(kept)
        taken = len(content) + len(known)
        with self._writing:
            self._refuse_taken(kept.id)
            self._make_room(taken)
            self._write(kept.id + CONTENT, content)
            try:
                self._write(kept.id + KNOWN, known)
            except OSError:
                (self._folder / (kept.id + CONTENT)).unlink(missing_ok=True)
                raise
            self._used = self._size() + taken
        return kept

    def find(self, document_id: str) -> KeptDocument:
        """What is known of a document. Raises `Rejection` where there is none, or none any more."""
        with suppress(Invalid, FileNotFoundError):
            text = (self._folder / (_checked(document_id) + KNOWN)).read_bytes()
            kept = msgspec.json.decode(text, type=KeptDocument)
            if kept.expires_at_ms is None or kept.expires_at_ms > wall_ms():
                return kept
        raise _unknown(document_id)

    def content_of(self, document_id: str) -> tuple[KeptDocument, bytes]:
        """A document with its bytes.

        Raises `Rejection` as `find` does, and for bytes that are not those that were kept.
        """
        kept = self.find(document_id)
        try:
            content = (self._folder / (kept.id + CONTENT)).read_bytes()
        except FileNotFoundError:
            raise _unknown(document_id) from None
        if hashlib.sha256(content).hexdigest() != kept.content_hash:
            raise Rejection(
                RejectionType.DATA_LOSS,
                f"Expected the bytes of document '{document_id}' as they were kept, but found others",
            )
        return kept, content

    def delete(self, document_id: str) -> None:
        """A document goes. Raises `Rejection` where there is none."""
        with self._writing:
            self._forget(self.find(document_id))

    def signature(self, document_id: str, until_ms: int) -> str:
        """What shows that a link to a document, good until then, was given by this server."""
        return hmac.new(self._key, f"{document_id}\0{until_ms}".encode(), "sha256").hexdigest()

    def is_good(self, document_id: str, until_ms: int, signature: str) -> bool:
        """Whether a link was given by this server and is good still."""
        expected = self.signature(document_id, until_ms)
        return hmac.compare_digest(expected.encode(), signature.encode()) and until_ms > wall_ms()

    def close(self) -> None:
        """What is kept beside no database goes."""
        if self._temporary is not None:
            self._temporary.cleanup()

    @cached_property
    def _folder(self) -> Path:
        beside = file_beside(self._database, FOLDER)
        if beside is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="counterflow-documents-")
            return Path(self._temporary.name)
        beside.mkdir(mode=0o700, exist_ok=True)
        return beside

    @cached_property
    def _key(self) -> bytes:
        path = self._folder / KEY_FILE
        with self._writing:
            if not path.exists():
                self._write(KEY_FILE, secrets.token_bytes(32))
            return path.read_bytes()

    def _refuse_taken(self, document_id: str) -> None:
        try:
            self.find(document_id)
        except Rejection:
            return
        raise Rejection(
            RejectionType.ALREADY_EXISTS,
            f"Expected an id that no document has, but '{document_id}' is taken; leave it out to be given "
            "one",
        )

    def _make_room(self, size: int) -> None:
        if self._size() + size <= self._most_bytes:
            return
        for kept in self._expired():
            self._forget(kept)
        if self._size() + size > self._most_bytes:
            raise Overloaded(
                f"Documents take {self._size()} bytes, and {size} more would be too many (setting "
                f"documents_bytes: {self._most_bytes}); delete some"
            )

    def _expired(self) -> Iterator[KeptDocument]:
        for path in sorted(self._folder.glob(f"*{KNOWN}")):
            kept = msgspec.json.decode(path.read_bytes(), type=KeptDocument)
            if kept.expires_at_ms is not None and kept.expires_at_ms <= wall_ms():
                yield kept

    def _size(self) -> int:
        """The bytes of all documents and of what is known of them."""
        if self._used is None:
            self._sweep_halves()
            files = (*self._folder.glob(f"*{CONTENT}"), *self._folder.glob(f"*{KNOWN}"))
            self._used = sum(path.stat().st_size for path in files)
        return self._used

    def _sweep_halves(self) -> None:
        """What was being written or deleted as a server ended goes: nobody knows of it, and it takes room."""
        for path in self._folder.glob(f"*{WRITTEN}"):
            path.unlink(missing_ok=True)
        for path in self._folder.glob(f"*{CONTENT}"):
            if not path.with_name(path.name.removesuffix(CONTENT) + KNOWN).exists():
                path.unlink(missing_ok=True)

    def _forget(self, kept: KeptDocument) -> None:
        left = self._size()
        for path in (self._folder / (kept.id + KNOWN), self._folder / (kept.id + CONTENT)):
            with suppress(FileNotFoundError):
                left -= path.stat().st_size
                path.unlink()
        self._used = max(left, 0)

    def _write(self, name: str, content: bytes) -> None:
        """A file is there whole, and on the disk, or it is not."""
        written = self._folder / (name + WRITTEN)
        descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        written.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _checked(document_id: str) -> str:
    """An id that can be the name of a file and of nothing else. Raises `Invalid`."""
    if not ID.fullmatch(document_id):
        raise Invalid(
            "Expected the id of a document to be 1 to 200 letters, digits, '_', '-' or '.', not beginning "
            f"with '.', but found '{document_id[:100]}'"
        )
    return document_id


def _unknown(document_id: str) -> Rejection:
    return Rejection(
        RejectionType.NOT_FOUND,
        f"Expected to find a document with id '{document_id[:200]}', but there is none, or none any more",
    )
