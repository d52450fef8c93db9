"""Bodies of 4 MB by HTTP that hold as much as they can: lists, objects and members without end, brackets,
escapes, and forms of very many parts.

A list of 1.3 million empty objects held the event loop for 400 ms, and a document of 380,000 variables as long.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

from tests.hostile.attack import Attack
from tests.hostile.target import Target

SIZE = 4 * 1024 * 1024 - 4_096
CLIENTS = 8
MARK = b"part"
PART = b'--part\r\nContent-Disposition: form-data; name="resources"; filename="a"\r\n\r\n\r\n'


def bodies() -> Iterator[tuple[str, bytes, bytes]]:
    """Paths, kinds and bodies."""
    wish = b'{"type":"a","timeout":1,"maxJobsToActivate":1,"fetchVariable":[%s""]}'
    for path, form, filling in (
        ("/jobs/activation", wish, b'"",'),
        ("/jobs/activation", wish, b'"ab",'),
        ("/jobs/1/completion", b'{"result":{"activateElements":[%s{}]}}', b"{},"),
        ("/process-instances/1/modification", b'{"terminateInstructions":[%s{}]}', b"{},"),
        ("/jobs/1/completion", b'{"variables":{%s"a":1}}', b'"a":1,'),
        ("/messages/publication", b'{"name":"a","variables":{"a":[%s1]}}', b"1,"),
        ("/messages/publication", b'{"name":"a","variables":{"a":%s1}}', b"["),
        ("/messages/publication", b'{"name":"%s","correlationKey":""}', b"\\u00e9"),
        ("/signals/broadcast", b'{"%s":1}', b"\\u00e9"),
    ):
        yield path, b"application/json", form.replace(b"%s", filling * (SIZE // len(filling)))
    form_kind = b"multipart/form-data; boundary=" + MARK
    yield "/deployments", form_kind, PART * (SIZE // len(PART))
    yield "/deployments", form_kind, PART[:-2] + b"\r\n-" * (SIZE // 3) + b"\r\n--part--\r\n"


def requests() -> Iterator[bytes]:
    """Whole requests, after which the server hangs up."""
    for path, kind, body in bodies():
        head = f"POST /v2{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode()
        yield head + b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)


async def run(target: Target, dose: int) -> None:
    """Send `dose` of them, some at a time."""
    waiting = itertools.islice(itertools.cycle(list(requests())), dose)

    async def take() -> None:
        for request in waiting:
            await target.ask(request)

    await asyncio.gather(*(take() for _ in range(CLIENTS)))


ATTACK = Attack("bodies of 4 MB by HTTP that hold as much as they can", run, seen=22, small=0.5)
