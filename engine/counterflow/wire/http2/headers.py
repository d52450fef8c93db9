"""Headers: what comes is decoded and checked, what goes is encoded so that it can be kept and used again.

Decoding HPACK (RFC 7541) changes a table that later headers refer to, so a block means what it means only for
the table that it came with. Most calls of a client have the very same block, and do not change the table: as
long as it stays, the decoded form of a block is remembered.

Ours are sent as literals that leave the client's table alone. They can be encoded once for all connections.
"""

from __future__ import annotations

from hpack import Decoder, HPACKError
from hpack.exceptions import OversizedHeaderListError
from hpack.hpack import encode_integer
from hpack.table import HeaderTable

from counterflow.wire.http2.codes import END_HEADERS, END_STREAM, HEADERS, ErrorCode
from counterflow.wire.http2.errors import ConnectionFault
from counterflow.wire.http2.events import Headers
from counterflow.wire.http2.limits import ConnectionLimits
from counterflow.wire.http2.patience import Patience, price_of_block, price_of_fields
from counterflow.wire.http2.remembered import Remembered

NO_TABLE = b"\x20"
"""Sets the table for our headers to nothing, whatever size the client allows: begins our first block. (RFC
7541, clause 6.3.)
"""

_STATUS_200 = b"\x88"
"""`:status: 200` of the static table."""
_UPPER = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_REQUIRED = (b":method", b":scheme", b":path")
_PSEUDO = frozenset((*_REQUIRED, b":authority"))
_OF_CONNECTION = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade")
)
"""Headers of HTTP/1.1 that a request of HTTP/2 must not have (RFC 9113, clause 8.2.2)."""
_FIELD_BYTES = 122
"""What a field takes beside its characters: a pair and two objects."""
_FORBIDDEN_IN_VALUES = b"\x00\r\n"


class HeaderDecoder:
    """Headers of one connection, in the order their blocks come."""

    def __init__(self, limits: ConnectionLimits, patience: Patience) -> None:
        self._decoder = Decoder(limits.header_list_bytes)
        self._remembered: Remembered[bytes, Headers] = Remembered(limits.remembered_bytes)
        self._faultless: Remembered[int, Headers] = Remembered(limits.remembered_bytes)
        """Headers of requests that have been checked, by their place in memory. The place is theirs while
        they are here.
        """
        self._patience = patience

    def fault_of_request(self, headers: Headers) -> str:
        """As the function of this name, which looks at each field: once at headers that are remembered."""
        if self._faultless.get(id(headers)) is headers:
            return ""
        fault = fault_of_request(headers)
        if not fault:
            self._faultless.keep(id(headers), headers, size_of(headers))
        return fault

    def decode(self, block: bytes) -> Headers:
        """The headers of a block, which the client pays for unless they are remembered. Raises
        `ConnectionFault`: after a faulty block nobody knows what the next ones mean.
        """
        known = self._remembered.get(block)
        if known is not None:
            return known
        self._patience.spend(price_of_block(len(block)))
        table = self._decoder.header_table
        before = (table.maxsize, len(table.dynamic_entries), _newest(table))
        try:
            headers = tuple(
                (bytes(name), bytes(value)) for name, value in self._decoder.decode(block, raw=True)
            )
        except OversizedHeaderListError as error:
            raise ConnectionFault(ErrorCode.ENHANCE_YOUR_CALM, f"headers are too large: {error}") from error
        except (HPACKError, UnicodeError, IndexError) as error:
            raise ConnectionFault(
                ErrorCode.COMPRESSION_ERROR, f"headers cannot be decompressed: {error}"
            ) from error
        self._patience.spend(price_of_fields(len(headers)))
        # An entry is always added in front, as a new object; held here, its place in memory cannot be taken
        # by another.
        is_same = before[:2] == (table.maxsize, len(table.dynamic_entries)) and before[2] is _newest(table)
        if is_same:
            self._remembered.keep(block, headers, len(block) + size_of(headers))
        else:
            self._remembered.clear()
        return headers


def size_of(headers: Headers) -> int:
    """About the bytes of memory that headers take."""
    return sum(len(name) + len(value) + _FIELD_BYTES for name, value in headers)


def _newest(table: HeaderTable) -> object:
    return table.dynamic_entries[0] if table.dynamic_entries else None


def fault_of_request(headers: Headers) -> str:
    """What is wrong with the headers of a request (RFC 9113, clause 8.3), or nothing."""
    seen: set[bytes] = set()
    regular = False
    for name, value in headers:
        if name[:1] == b":":
            if regular:
                return f"pseudo-header {_shown(name)} stands behind another header"
            if name not in _PSEUDO or name in seen:
                return (
                    f"pseudo-header {_shown(name)} is "
                    f"{'there twice' if name in seen else 'not one of a request'}"
                )
            seen.add(name)
            if name == b":path" and not value:
                return "the path is empty"
        else:
            regular = True
        if fault := _fault_of_field(name, value):
            return fault
    for name in _REQUIRED:
        if name not in seen:
            return f"pseudo-header {_shown(name)} is missing"
    return ""


def fault_of_trailers(headers: Headers) -> str:
    """What is wrong with what follows a request's body, or nothing."""
    for name, value in headers:
        if name[:1] == b":":
            return f"pseudo-header {_shown(name)} stands in a trailer"
        if fault := _fault_of_field(name, value):
            return fault
    return ""


def _fault_of_field(name: bytes, value: bytes) -> str:
    if not name or not _UPPER.isdisjoint(name):
        return f"header name {_shown(name)} is empty or has capital letters"
    if name in _OF_CONNECTION:
        return f"header {_shown(name)} belongs to HTTP/1.1"
    if name == b"te" and value != b"trailers":
        return f"header te has a value other than trailers: {_shown(value)}"
    if any(byte in value for byte in _FORBIDDEN_IN_VALUES):
        return f"header {_shown(name)} has a value with a line break or a null in it"
    return ""


def _shown(text: bytes) -> str:
    return repr(text[:60].decode("latin-1"))


class EncodedHeaders:
    """Headers of ours as they are sent, for any stream; `last` when the stream ends with them. The stream may
    be of any connection.
    """

    __slots__ = ("block", "head")

    def __init__(self, headers: Headers, *, last: bool = False) -> None:
        self.block = b"".join(_literal(name, value) for name, value in headers)
        flags = END_HEADERS | (END_STREAM if last else 0)
        self.head = len(self.block).to_bytes(3) + bytes((HEADERS, flags))
        """The frame's head without the number of the stream, for a block that fits into one frame."""

    @property
    def is_last(self) -> bool:
        """Whether the stream ends with them."""
        return bool(self.head[4] & END_STREAM)


def _literal(name: bytes, value: bytes) -> bytes:
    if (name, value) == (b":status", b"200"):
        return _STATUS_200
    return b"\x00" + bytes(encode_integer(len(name), 7)) + name + bytes(encode_integer(len(value), 7)) + value
