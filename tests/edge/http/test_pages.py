"""The plain pages: where Modeler's links lead, made by the server, with nothing in them that a browser runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.edge import models
from tests.edge.http.asking import Answered, Asking
from tests.edge.test_user_tasks import REVIEW

STRANGE = '<script>alert(1)</script>"\u202e'


class Links(HTMLParser):
    """Where a page leads, and the elements that are in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.paths: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.paths += [value for name, value in attrs if name == "href" and value]


async def ask(asked: Asking, path: str) -> Answered:
    return await asked._ask(asked.server.http_port, "GET", path, None, {})


async def shown(asked: Asking, path: str) -> str:
    told = await ask(asked, path)
    assert (told.status, told.media_type) == (200, "text/html"), told
    return told.body.decode()


async def test_an_instance_is_found_and_shown(asked: Asking) -> None:
    await asked.deploy(("order.bpmn", models.ONE_TASK))
    wish = {"processDefinitionId": "order", "variables": {STRANGE: STRANGE}}
    key = (await asked.good("POST", "/process-instances", wish))["processInstanceKey"]
    (way,) = [path for path in Links(await shown(asked, "/operate?process=order")).paths if key in path]
    text = await shown(asked, way)
    assert "&lt;script&gt;alert(1)" in text
    assert "script" not in Links(text).tags
    assert "\u202e" not in text
    assert "Why it has not gone on" in text


async def test_tasks_and_decisions_have_pages(asked: Asking) -> None:
    await asked.deploy(("review.bpmn", REVIEW))
    await asked.good("POST", "/process-instances", {"processDefinitionId": "order"})
    assert "Review it" in await shown(asked, "/tasklist")
    assert "Decisions" in await shown(asked, "/operate/decisions?name=rate&version=1")
    assert "Process instances" in await shown(asked, "/")


async def test_every_operation_is_on_the_page_that_tells_of_them(asked: Asking) -> None:
    text = await shown(asked, "/docs")
    described = (await ask(asked, "/openapi.json")).json
    missing = [path for path in described["paths"] if f"<code>{path}</code>" not in text]
    assert missing == []
    names = set(re.findall(r'<h3 id="(\w+)"', text))
    assert {path[1:] for path in Links(text).paths if path.startswith("#")} <= names


async def test_a_browser_is_to_run_nothing(asked: Asking) -> None:
    reader, writer = await asked.line()
    writer.write(b"GET /docs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    assert "content-security-policy: default-src 'none'; style-src 'sha256-" in head
    assert "x-content-type-options: nosniff" in head


@pytest.mark.parametrize(
    "path, status, words",
    [
        ("/operate/processes/7", 404, "with key &#x27;7&#x27;"),
        ("/operate/processes/x<b>", 400, "x&lt;b&gt;"),
        ("/operate/processes/99999999999999999999", 400, "whole number"),
        ("/tasklist?after=x", 400, "whole number"),
    ],
)
async def test_what_cannot_be_shown_says_why(asked: Asking, path: str, status: int, words: str) -> None:
    told = await ask(asked, path)
    assert (told.status, words in told.body.decode()) == (status, True), told
