"""Requests that two readers could cut in different places are refused, and nothing behind them is read.

RFC 9112, 6.3 and 11.2: where a proxy and a server disagree on where a request ends, a second one hides in it.
"""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.edge.http.asking import Asking

HIDDEN = b"GET /v2/status HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /v2/license HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
"""Behind all that is sent: where the server has gone on reading, it is answered (200), and the line ends."""
PATIENCE_S = 20.0


async def answers_to(asked: Asking, sent: bytes) -> list[bytes]:
    """The statuses of all that is answered until the server hangs up, if only because it is asked to."""
    reader, writer = await asked.line()
    told = b""
    try:
        writer.write(sent + LAST)
        async with asyncio.timeout(PATIENCE_S):
            while some := await reader.read(65_536):
                told += some
    except ConnectionResetError:
        pass  # it hangs up on what it has not read
    finally:
        writer.close()
    return re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", told)


def post(*headers: bytes, body: bytes = b"") -> bytes:
    lines = (b"POST /v2/signals/broadcast HTTP/1.1", b"Host: x", b"Content-Type: application/json", *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(post(b"Content-Length: 4", b"Content-Length: 5", body=b"{}  "), id="two lengths"),
        pytest.param(post(b"Content-Length: 4, 5", body=b"{}  "), id="two lengths in one"),
        pytest.param(post(b"Content-Length: +2", body=b"{}"), id="a length with a sign"),
        pytest.param(post(b"Content-Length: 2 2", body=b"{}"), id="a length with a gap"),
        pytest.param(post(b"Content-Length: -1", body=b"{}"), id="a negative length"),
        pytest.param(post(b"Transfer-Encoding: gzip, identity", body=b"{}"), id="an unknown coding"),
        pytest.param(post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), id="a coding like chunked"),
        pytest.param(post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"), id="a gap before the colon"),
        pytest.param(
            post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
            id="chunked twice",
        ),
        pytest.param(post(b"Transfer-Encoding: chunked", body=b"-1\r\n\r\n"), id="a negative chunk"),
        pytest.param(post(b"Transfer-Encoding: chunked", body=b"0x2\r\n{}\r\n0\r\n\r\n"), id="a chunk in C"),
        pytest.param(post(b"Transfer-Encoding: chunked", body=b"2\r\n{}X0\r\n\r\n"), id="a chunk too long"),
        pytest.param(post(b"A: b\r\n folded: c", b"Content-Length: 2\0", body=b"{}"), id="a nul"),
        pytest.param(b"POST /v2/status HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", id="two hosts"),
        pytest.param(b"GET /v2/status HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET /v2/a b HTTP/1.1\r\nHost: x\r\n\r\n", id="a gap in the target"),
    ],
)
async def test_a_request_that_could_be_cut_in_two_ways(asked: Asking, sent: bytes) -> None:
    assert await answers_to(asked, sent + HIDDEN) == [b"400"]


async def test_nothing_is_read_behind_a_request_with_a_length_and_chunks(asked: Asking) -> None:
    """RFC 9112, 6.1: it may be refused, and the connection must not be used any further."""
    chunks = b"2\r\n{}\r\n0\r\n\r\n"
    sent = post(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=chunks) + HIDDEN
    assert await answers_to(asked, sent) == [b"400"]


async def test_what_is_sent_at_once_is_answered_in_order(asked: Asking) -> None:
    unknown = HIDDEN.replace(b"/v2/status", b"/v2/nothing")
    assert await answers_to(asked, (HIDDEN + unknown) * 20) == [b"204", b"404"] * 20 + [b"200"]


async def test_chunk_extensions_are_read_over_and_bounded(asked: Asking) -> None:
    body = b'2;a="b"\r\n{}\r\n0\r\n\r\n'
    told = await answers_to(asked, post(b"Transfer-Encoding: chunked", body=body))
    assert told == [b"400", b"200"]  # as `{}` is: it has no name of a signal; what follows is read
    long = b"2;a=" + b"x" * 1_000_000 + b"\r\n{}\r\n0\r\n\r\n"
    assert b"200" not in await answers_to(asked, post(b"Transfer-Encoding: chunked", body=long))


async def test_a_head_that_is_too_long_is_refused(asked: Asking) -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(10_000))
    sent = b"GET /v2/status HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n"
    assert await answers_to(asked, sent) in ([b"400"], [])  # the latter where it hangs up before we have read
