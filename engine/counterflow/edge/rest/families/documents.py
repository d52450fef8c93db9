"""Documents: kept, given back, linked to, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from counterflow.edge.http.bodies import decoded
from counterflow.edge.http.forms import FormFile, FormShape, SentForm
from counterflow.edge.http.problems import problem_of
from counterflow.edge.rest.operations import NOT_TO_RUN, Content, Operation, RestCall
from counterflow.edge.rest.shapes.documents import (
    ContentQuery,
    DocumentFailure,
    DocumentMetadata,
    DocumentMetadataResult,
    DocumentQuery,
    DocumentReference,
    DocumentsKept,
    LinkMade,
    LinkWish,
    StoreQuery,
)
from counterflow.edge.rest.variables import text_of
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.partition.clock import wall_ms
from counterflow.service.documents import DocumentStore, DocumentWish, KeptDocument
from counterflow.service.refusals import EXPECTED, Invalid
from counterflow.service.requests import NESTING
from counterflow.service.service import Service
from counterflow.service.structure import is_too_deep

STORE_ID: Final = "counterflow"
"""The one store of documents."""
LINK_MS: Final = 3_600_000
LONGEST_LINK_MS: Final = 366 * 86_400_000

Found = TypeVar("Found")


class DocumentOperations:
    """The operations about documents."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._documents: DocumentStore = service.documents

    def operations(self) -> Sequence[Operation]:
        """All of them."""
        one = "/documents/{documentId}"
        return (
            Operation(
                "createDocument",
                "POST",
                "/documents",
                "Keep a document.",
                self.create,
                FormShape("file", takes_many=False, parts=("metadata",)),
                DocumentReference,
                DocumentQuery,
                created=True,
            ),
            Operation(
                "createDocuments",
                "POST",
                "/documents/batch",
                "Keep several documents; 207 where some could not be.",
                self.create_many,
                FormShape("files", parts=("metadataList",)),
                DocumentsKept,
                StoreQuery,
                created=True,
            ),
            Operation(
                "getDocument",
                "GET",
                one,
                "The bytes of a document.",
                self.content,
                response=Content,
                query=ContentQuery,
            ),
            Operation("deleteDocument", "DELETE", one, "Delete a document.", self.delete, query=StoreQuery),
            Operation(
                "createDocumentLink",
                "POST",
                f"{one}/links",
                "A link to a document that is good for a while.",
                self.link,
                LinkWish,
                LinkMade,
                ContentQuery,
                created=True,
            ),
        )

    async def create(self, call: RestCall) -> DocumentReference:
        """A document is kept."""
        _refuse_other_store(call.query.store_id)
        form: SentForm = call.body
        if len(form.files) != 1:
            raise Invalid(f"Expected one file, in a part named 'file', but found {len(form.files)}")
        (file,) = form.files
        (metadata,) = _metadata(form.parts.get("metadata", ()), 1)
        wish = _wish(file, metadata, call.query.document_id)
        return _reference(await self._done(lambda: self._documents.keep(file.content, wish)))

    async def create_many(self, call: RestCall) -> Any:
        """Several documents are kept, each for itself."""
        _refuse_other_store(call.query.store_id)
        form: SentForm = call.body
        if not form.files:
            raise Invalid("Expected files, in parts named 'files', but found none")
        metadata = _metadata(form.parts.get("metadataList", ()), len(form.files))
        created: list[DocumentReference] = []
        failed: list[DocumentFailure] = []
        for file, described in zip(form.files, metadata, strict=True):
            try:
                wish = _wish(file, described)
                kept = await self._done(lambda: self._documents.keep(file.content, wish))  # noqa: B023 - awaited at once
                created.append(_reference(kept))
            except EXPECTED as error:
                failed.append(_failure(file, error))
        answer = DocumentsKept(failed_documents=failed, created_documents=created)
        if not failed:
            return answer
        return Content(msgspec.json.encode(answer), "application/json", status=HTTPStatus.MULTI_STATUS)

    async def content(self, call: RestCall) -> Content:
        """The bytes of a document, never to be run."""
        query: ContentQuery = call.query
        document_id = call.path["documentId"]
        _refuse_other_store(query.store_id)
        if query.signature and not await self._is_good(document_id, query):
            raise _no_document(
                f"Expected a link that is good, but the one to document '{document_id[:200]}' is not any more"
            )
        kept, content = await self._done(lambda: self._documents.content_of(document_id))
        _refuse_other_content(kept, query.content_hash)
        name = f"attachment; filename*=UTF-8''{quote(kept.file_name, safe='')}"
        return Content(content, _safe(kept.media_type), {**NOT_TO_RUN, "content-disposition": name})

    async def delete(self, call: RestCall) -> None:
        """A document goes."""
        _refuse_other_store(call.query.store_id)
        document_id = call.path["documentId"]
        await self._done(lambda: self._documents.delete(document_id))

    async def link(self, call: RestCall) -> LinkMade:
        """A link that whoever has it may follow for a while."""
        _refuse_other_store(call.query.store_id)
        wish: LinkWish = call.body
        length_ms = wish.time_to_live if wish.time_to_live is not None else LINK_MS
        if not 0 < length_ms <= LONGEST_LINK_MS:
            raise Invalid(f"Expected timeToLive to be from 1 to {LONGEST_LINK_MS} ms, but found {length_ms}")
        document_id, until_ms = call.path["documentId"], wall_ms() + length_ms
        kept = await self._done(lambda: self._documents.find(document_id))
        _refuse_other_content(kept, call.query.content_hash)
        signature = await self._done(lambda: self._documents.signature(kept.id, until_ms))
        path = f"/v2/documents/{quote(kept.id)}?until={until_ms}&signature={signature}"
        return LinkMade(url=f"{self._origin(call)}{path}", expires_at=_iso(until_ms))

    async def _is_good(self, document_id: str, query: ContentQuery) -> bool:
        return await self._done(lambda: self._documents.is_good(document_id, query.until, query.signature))

    def _origin(self, call: RestCall) -> str:
        """Where the caller has reached us, as they said it."""
        host = next((value for name, value in call.visitor.caller.metadata if name == "host"), "")
        scheme = "http" if self._service.settings.tls_certificate is None else "https"
        return f"{scheme}://{host!s}" if host else ""

    async def _done(self, work: Callable[[], Found]) -> Found:
        """What comes of work with files, done beside everything else; a stop waits for it."""
        with self._service.admission.under_way():
            return await asyncio.to_thread(work)


def _metadata(parts: Sequence[str], count: int) -> list[DocumentMetadata]:
    """What is said of so many files: a part for each, one list of all, or nothing. Raises `Invalid`."""
    if len(parts) == 1 and parts[0].lstrip().startswith("["):
        texts = _each_of(parts[0])
    else:
        texts = [part.encode() for part in parts]
    if len(texts) not in {0, count}:
        raise Invalid(
            f"Expected metadata of each of {count} files, or of none, but found that of {len(texts)}"
        )
    return [decoded(one, DocumentMetadata) for one in texts or [b"{}"] * count]


def _each_of(text: str) -> list[bytes]:
    """What is in a list of JSON. Raises `Invalid`."""
    try:
        return [bytes(one) for one in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError) as error:
        raise Invalid(f"Expected metadataList to be a list in JSON, but {error}") from None


def _wish(file: FormFile, metadata: DocumentMetadata, document_id: str = "") -> DocumentWish:
    properties = text_of(metadata.custom_properties)
    if properties in {"", "null"}:
        properties = "{}"
    if not properties.startswith("{") or is_too_deep(properties.encode(), NESTING):
        raise Invalid(
            "Expected customProperties to be a JSON object, not nested too deep, but found another value"
        )
    return DocumentWish(
        id=document_id,
        file_name=metadata.file_name or file.name,
        media_type=metadata.content_type or file.media_type or "application/octet-stream",
        expires_at_ms=None
        if metadata.expires_at is None
        else max(int(_utc(metadata.expires_at).timestamp() * 1_000), 0),
        process_definition_id=metadata.process_definition_id,
        process_instance_key=metadata.process_instance_key,
        properties_json=properties,
    )


def _reference(kept: KeptDocument) -> DocumentReference:
    key = kept.process_instance_key
    return DocumentReference(
        store_id=STORE_ID,
        document_id=kept.id,
        content_hash=kept.content_hash,
        metadata=DocumentMetadataResult(
            content_type=kept.media_type,
            file_name=kept.file_name,
            expires_at=None if kept.expires_at_ms is None else _iso(kept.expires_at_ms),
            size=kept.size,
            process_definition_id=kept.process_definition_id,
            process_instance_key=None if key is None else str(key),
            custom_properties=msgspec.Raw(kept.properties_json.encode()),
        ),
    )


def _failure(file: FormFile, error: Exception) -> DocumentFailure:
    problem = problem_of("createDocuments", error, "")
    return DocumentFailure(
        file_name=file.name, status=problem.status, title=problem.title, detail=problem.detail
    )


def _refuse_other_store(store_id: str) -> None:
    if store_id and store_id != STORE_ID:
        raise _no_document(f"Expected the store '{STORE_ID}', but found '{store_id[:100]}'; leave it out")


def _refuse_other_content(kept: KeptDocument, content_hash: str) -> None:
    if content_hash and content_hash != kept.content_hash:
        raise _no_document(
            f"Expected document '{kept.id}' with the hash '{content_hash[:100]}', but it has another"
        )


def _no_document(reason: str) -> Rejection:
    return Rejection(RejectionType.NOT_FOUND, reason)


def _safe(media_type: str) -> str:
    """A media type as a header may carry it."""
    is_one = media_type.isascii() and media_type.isprintable() and media_type.count("/") == 1
    return media_type if is_one else "application/octet-stream"


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _iso(at_ms: int) -> str:
    return (
        datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
