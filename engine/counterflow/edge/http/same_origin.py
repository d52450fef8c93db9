"""Web pages of others are kept out: a browser that shows one reaches all that its user's machine reaches.

A page of another origin may send, without being asked first, any form and any text (Fetch, 4.10: requests
that need no preflight), and a page whose name its owner lets point to this machine counts as one of ours (DNS
rebinding). Who asks for something to be done says where from (RFC 6454, 7: `Origin`; Fetch Metadata:
`Sec-Fetch-Site`), programs that are no browser say neither; and a name that everybody can register is not
the name of a server that only its own machine reaches.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from starlette.datastructures import Headers
from starlette.responses import Response

from counterflow.edge.http.asgi import Application, Message, Receive, Send
from counterflow.edge.http.problems import MEDIA_TYPE, problem

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1); what they answer a page of another origin does not see."""
OUR_PAGES: Final = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of our own pages, and of what a person has typed."""
NOBODY_REGISTERS: Final = (".localhost", ".internal")
"""Ends of names that belong to nobody (RFC 6761, 6.3; ICANN's resolution 2024.07.29.06)."""


class SameOrigin:
    """Lets through to an application who is no page of somebody else.

    `host` is what is listened on; `is_local` says that only this machine reaches it, and that no certificate
    vouches for its name.
    """

    def __init__(self, application: Application, host: str, *, is_local: bool) -> None:
        self._application = application
        self._host = host.strip("[]").lower()
        self._is_local = is_local

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or refuse to."""
        headers = Headers(raw=scope["headers"])
        why = self._strange_host(headers) or _strange_origin(scope["method"], headers)
        if why is None:
            await self._application(scope, receive, send)
            return
        denied = problem(HTTPStatus.FORBIDDEN, "FORBIDDEN", why, scope["path"])
        await Response(msgspec.json.encode(denied), denied.status, media_type=MEDIA_TYPE)(
            scope, receive, send
        )

    def _strange_host(self, headers: Mapping[str, str]) -> str | None:
        name = _name_of(headers.get("host", ""))
        if not self._is_local or not name or name == self._host or not _can_be_registered(name):
            return None
        return (
            f"Expected the header Host to name this machine (localhost, or {self._host}), but found "
            f"{name[:100]!r}: any web page could be behind that name; call the server by an address, or let "
            "the proxy before it set Host"
        )


def _strange_origin(method: str, headers: Mapping[str, str]) -> str | None:
    if method in SAFE:
        return None
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_ours = origin is None or origin.partition("://")[2] == headers.get("host", "")
    if is_ours if site is None else site in OUR_PAGES:
        return None
    return (
        f"Expected a program, or a page of this server, but a web page of {(origin or 'elsewhere')[:100]!r} "
        "asks; let a program of yours ask in its place"
    )


def _name_of(host: str) -> str:
    """The name in a `Host`, without its port and the brackets of IPv6."""
    name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return name.strip("[]").rstrip(".").lower()


def _can_be_registered(name: str) -> bool:
    """Whether somebody may own this name and let it point wherever they like."""
    if "." not in name or name.endswith(NOBODY_REGISTERS):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return True
    return False
