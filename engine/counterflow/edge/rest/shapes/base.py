"""What all records share that are read from a request or written into an answer."""

from __future__ import annotations

from typing import Annotated

import msgspec

Document = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
"""A JSON object whose values stay the bytes they arrive as."""

Int32 = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""A whole number as the log and the gateway's calls keep it."""
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A key, a moment or a length of time; a database keeps no larger number."""


def nothing() -> msgspec.Raw:
    """Where none was sent."""
    return msgspec.Raw(b"")


class Body(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a request may say."""


class Answered(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an answer says."""
