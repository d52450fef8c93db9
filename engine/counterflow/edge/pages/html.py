"""Pages as HTML: every text in them is escaped, and a browser is told to load and run nothing at all."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus

from starlette.responses import Response

from counterflow.visible import visible

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}h1{font-size:1.4rem}h2{font-size:1.1rem}nav a{margin-right:1rem}table{border-collapse:"
    "collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;border-bottom:"
    "1px solid #ddd}code{overflow-wrap:anywhere}li{margin:.15rem 0}.bad{color:#a40000}.quiet{color:#555}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}a{color:#8ab4f8}th,td{border-color:"
    "#444}.bad{color:#ff8a80}.quiet{color:#aaa}}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
TEXT_LIMIT = 2_000
"""Characters of one text on a page."""


class Html(str):
    """What is HTML already; any other text is escaped."""

    __slots__ = ()


def text(value: object) -> Html:
    """Something said, as a browser shows it: with what it would obey or hide spelled out, and cut."""
    if isinstance(value, Html):
        return value
    said = visible("" if value is None else str(value))
    return Html(escape(said if len(said) <= TEXT_LIMIT else f"{said[:TEXT_LIMIT]}…"))


def tag(name: str, *inside: object, kind: str = "") -> Html:
    """An element with what is in it."""
    attribute = f' class="{escape(kind)}"' if kind else ""
    return Html(f"<{name}{attribute}>{''.join(map(text, inside))}</{name}>")


def link(path: str, words: object) -> Html:
    """A link within this server; `path` is one of ours."""
    return Html(f'<a href="{escape(path)}">{text(words)}</a>')


def table(heads: Sequence[str], lines: Iterable[Sequence[object]]) -> Html:
    """A table."""
    head = tag("tr", *(tag("th", one) for one in heads))
    return tag("table", head, *(tag("tr", *(tag("td", one) for one in line)) for line in lines))


def moment(at_ms: int | None) -> str:
    """A moment, in UTC."""
    if at_ms is None:
        return ""
    try:
        return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return str(at_ms)


def page(title: str, *inside: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A whole page."""
    ways = (
        ("/operate", "Instances"),
        ("/tasklist", "Tasks"),
        ("/operate/decisions", "Decisions"),
        ("/docs", "HTTP"),
    )
    body = tag("nav", *(link(path, words) for path, words in ways)) + tag("h1", title) + tag("main", *inside)
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{text(title)} - Counterflow</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
    return Response(document, status, HEADERS, "text/html; charset=utf-8")
