"""Variables as they came: JSON inside of JSON, whose values stay the bytes they arrived as."""

from __future__ import annotations

import msgspec


def text_of(variables: msgspec.Raw) -> str:
    """The JSON text of variables; empty where there are none. What it is, is judged elsewhere."""
    return bytes(variables).decode()
