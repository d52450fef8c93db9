"""Documents: what is said of one, and how it is referred to."""

from __future__ import annotations

from datetime import datetime

import msgspec

from counterflow.edge.rest.shapes.base import Answered, Body, Document, Int64, nothing


class DocumentMetadata(Body, frozen=True):
    """What a client says of a document; `size` is not looked at."""

    content_type: str | None = None
    file_name: str | None = None
    expires_at: datetime | None = None
    size: Int64 | None = None
    process_definition_id: str | None = None
    process_instance_key: Int64 | None = None
    custom_properties: Document = msgspec.field(default_factory=nothing)


class DocumentMetadataResult(Answered, frozen=True):
    """What is known of a document."""

    content_type: str
    file_name: str
    expires_at: str | None
    size: int
    process_definition_id: str | None
    process_instance_key: str | None
    custom_properties: Document


class DocumentReference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What stands for a document in variables."""

    kind: str = msgspec.field(default="camunda", name="camunda.document.type")
    store_id: str
    document_id: str
    content_hash: str | None
    metadata: DocumentMetadataResult


class DocumentFailure(Answered, frozen=True):
    """A document of several that was not kept, and why."""

    file_name: str
    status: int
    title: str
    detail: str


class DocumentsKept(Answered, frozen=True):
    """What has become of several documents."""

    failed_documents: list[DocumentFailure]
    created_documents: list[DocumentReference]


class DocumentQuery(Body, frozen=True):
    """Which id a document is to have; in which store, of which there is one."""

    document_id: str = ""
    store_id: str = ""


class StoreQuery(Body, frozen=True):
    """In which store, of which there is one."""

    store_id: str = ""


class ContentQuery(Body, frozen=True):
    """With which hash its content was kept; of a link, until when it is good, and its proof."""

    store_id: str = ""
    content_hash: str = ""
    until: Int64 = 0
    signature: str = ""


class LinkWish(Body, frozen=True):
    """For how many milliseconds a link is to be good; an hour where nothing is said."""

    time_to_live: Int64 | None = None


class LinkMade(Answered, frozen=True):
    """A link that whoever has it may follow until then."""

    url: str
    expires_at: str
