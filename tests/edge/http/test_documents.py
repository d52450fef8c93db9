"""Documents by HTTP: kept beside the database, given back byte for byte, linked to, deleted."""

from __future__ import annotations

import json
import stat
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from counterflow.kernel.vocabulary import Rejection
from counterflow.partition.refusals import Overloaded
from counterflow.service.documents import DocumentStore, DocumentWish
from tests.edge.http.asking import Answered, Asking, _part, asking

BYTES = bytes(range(256))


async def send(asked: Asking, path: str, *parts: tuple[str, bytes]) -> Answered:
    """Send a form; each part is what is said of it, and its content."""
    mark = uuid.uuid4().hex
    form = b"".join([*(_part(mark, what, content) for what, content in parts), f"--{mark}--\r\n".encode()])
    return await asked.ask("POST", path, form, **{"content-type": f"multipart/form-data; boundary={mark}"})


async def keep(asked: Asking, path: str = "/documents", **metadata: Any) -> Answered:
    told = ('name="metadata"', json.dumps(metadata).encode())
    return await send(asked, path, ('name="file"; filename="a ü.html"', BYTES), *([told] if metadata else []))


async def test_a_document_is_kept_and_given_back(asked: Asking) -> None:
    kept = await keep(
        asked, contentType="text/html", customProperties={"n": 1.10}, processInstanceKey="7", expiresAt=None
    )
    assert kept.status == 201
    reference = kept.json
    assert (reference["camunda.document.type"], reference["storeId"]) == ("camunda", "counterflow")
    assert reference["metadata"] == {
        "contentType": "text/html",
        "fileName": "a ü.html",
        "expiresAt": None,
        "size": 256,
        "processDefinitionId": None,
        "processInstanceKey": "7",
        "customProperties": {"n": 1.10},
    }
    path = f"/documents/{reference['documentId']}"
    given = await asked.ask("GET", f"{path}?contentHash={reference['contentHash']}&storeId=counterflow")
    assert (given.status, given.media_type, given.body) == (200, "text/html", BYTES)
    assert (await asked.ask("GET", f"{path}?contentHash=other")).status == 404
    assert (await asked.ask("GET", f"{path}?storeId=other")).status == 404
    await asked.good("DELETE", path)
    for method in ("GET", "DELETE"):
        assert (await asked.ask(method, path)).status == 404


async def test_a_link_is_good_for_a_while(asked: Asking) -> None:
    document_id = (await keep(asked)).json["documentId"]
    made = await asked.ask("POST", f"/documents/{document_id}/links", {"timeToLive": 60_000})
    assert made.status == 201
    _, _, path = made.json["url"].partition("/v2")
    assert made.json["url"].startswith(f"http://127.0.0.1:{asked.server.http_port}/v2/documents/")
    assert (await asked.ask("GET", path)).body == BYTES
    assert (await asked.ask("GET", path.replace("until=", "until=1"))).status == 404
    assert (await asked.ask("POST", f"/documents/{document_id}/links", {"timeToLive": 0})).status == 400
    assert (await asked.ask("POST", "/documents/none/links")).status == 404


async def test_some_of_several_are_kept(asked: Asking) -> None:
    files = [(f'name="files"; filename="{name}"', name.encode()) for name in ("a", "b")]
    good = await send(asked, "/documents/batch", *files)
    assert (good.status, good.json["failedDocuments"], len(good.json["createdDocuments"])) == (201, [], 2)
    metadata = json.dumps([{"customProperties": [1]}, {"fileName": "c"}]).encode()
    some = await send(asked, "/documents/batch", *files, ('name="metadataList"', metadata))
    assert some.status == 207
    (failed,), (created,) = some.json["failedDocuments"], some.json["createdDocuments"]
    assert (failed["fileName"], failed["status"], failed["title"]) == ("a", 400, "INVALID_ARGUMENT")
    assert created["metadata"]["fileName"] == "c"
    for broken in (b"{}", b"[", b"[1, 2]"):
        assert (await send(asked, "/documents/batch", *files, ('name="metadataList"', broken))).status == 400


@pytest.mark.parametrize("document_id", ["..", ".key", "a%2Fb", "x" * 201])
async def test_an_id_names_no_other_file(asked: Asking, document_id: str) -> None:
    told = await keep(asked, f"/documents?documentId={document_id}")
    assert (told.status, told.json["title"]) == (400, "INVALID_ARGUMENT")
    assert (await asked.ask("GET", f"/documents/{document_id}")).status == 404


async def test_an_id_is_given_once_until_its_document_has_expired(asked: Asking) -> None:
    past, future = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00+00:00"
    assert (await keep(asked, "/documents?documentId=mine", expiresAt=past)).status == 201
    assert (await asked.ask("GET", "/documents/mine")).status == 404
    again = await keep(asked, "/documents?documentId=mine", expiresAt=future)
    assert again.json["metadata"]["expiresAt"] == "2099-01-01T00:00:00.000Z"
    taken = await keep(asked, "/documents?documentId=mine")
    assert (taken.status, taken.json["title"]) == (409, "ALREADY_EXISTS")


async def test_documents_outlive_their_server_and_are_its_own(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/cf.db"
    async with asking(database=database, documents_bytes=1_300) as asked:
        assert (await keep(asked, "/documents?documentId=mine")).status == 201
        assert (await keep(asked)).status == 201
        full = await keep(asked)
        assert (full.status, full.json["title"]) == (503, "RESOURCE_EXHAUSTED")
    folder = tmp_path / "cf.db-documents"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    async with asking(database=database) as asked:
        assert (await asked.ask("GET", "/documents/mine")).body == BYTES
        folder.joinpath("mine.bytes").write_bytes(b"changed")
        changed = await asked.ask("GET", "/documents/mine")
        assert (changed.status, changed.json["title"]) == (500, "DATA_LOSS")


def test_an_expired_document_makes_room() -> None:
    store = DocumentStore("memory:", 400)
    store.keep(b"12345678", DocumentWish(expires_at_ms=int(time.time() * 1_000) - 1))
    assert store.keep(b"12345678", DocumentWish()).size == 8
    store.close()


@pytest.mark.parametrize(
    "parts", [(), (('name="file"; filename="a"', b""), ('name="file"; filename="b"', b""))]
)
async def test_one_file_is_one(asked: Asking, parts: Any) -> None:
    assert (await send(asked, "/documents", *parts)).status == 400
    assert (await asked.ask("POST", "/documents", b"{}")).status == 415


def test_half_a_document_keeps_no_room(tmp_path: Path) -> None:
    """A server was killed between the two files of a document, or while it wrote one."""
    database = f"sqlite:///{tmp_path}/a.db"
    first = DocumentStore(database, 10_000)
    kept = first.keep(b"a" * 900, DocumentWish(file_name="a", media_type="text/plain"))
    (folder,) = tmp_path.glob("*-documents")
    (folder / f"{kept.id}.json").unlink()
    (folder / "b.bytes.written").write_bytes(b"b" * 900)
    with pytest.raises(Rejection):
        first.find(kept.id)
    again = DocumentStore(database, 1_500)
    again.keep(b"c" * 900, DocumentWish(file_name="c", media_type="text/plain"))
    assert not [*folder.glob("*.written"), *folder.glob(f"{kept.id}*")]


def test_what_is_known_of_documents_takes_room_as_well(tmp_path: Path) -> None:
    store = DocumentStore(f"sqlite:///{tmp_path}/a.db", 2_000)
    with pytest.raises(Overloaded, match="documents_bytes: 2000"):
        store.keep(
            b"",
            DocumentWish(
                file_name="a", media_type="text/plain", properties_json='{"a":"' + "x" * 3_000 + '"}'
            ),
        )
