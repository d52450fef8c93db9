"""FEEL values of JSON text, numbers with the digits that they came with (RFC 8259; DMN 1.5, 10.3.2.3.1).

msgspec reads no whole number of more digits than Python turns into an int (about 4,300), and FEEL has numbers
of 6,145. What it refuses for a number is read a second time, by Python's decoder; nothing else pays for that.
"""

from __future__ import annotations

import json
from typing import Final

import msgspec

from counterflow.feel import numbers


def decimal(text: str) -> numbers.Number:
    """The number that JSON spells with a point or an exponent. Raises ValueError beyond FEEL's numbers.

    Decoders take that error for bad JSON.
    """
    value = numbers.read(text)
    if value is None:
        raise ValueError(f"{text[:40]} is beyond 10 ** 6144")
    return value


def decode(text: bytes | str | msgspec.Raw) -> object:
    """The FEEL value that a JSON text says.

    Raises ValueError (msgspec's errors are some) for what is no JSON, or a number beyond FEEL's.
    """
    try:
        return DECODER.decode(text)
    except msgspec.ValidationError:
        msgspec.json.decode(
            text, type=msgspec.Raw
        )  # the same strictness: Python's decoder lets more pass for JSON
        written = text if isinstance(text, str) else bytes(text).decode()
        return json.loads(written, parse_float=decimal, parse_int=_whole)


def _whole(digits: str) -> numbers.Number:
    """Past what is a number of FEEL with all its digits: rounded, or refused."""
    return (
        numbers.long_whole(digits)
        if len(digits.removeprefix("-")) <= numbers.MOST_DIGITS
        else decimal(digits)
    )


DECODER: Final = msgspec.json.Decoder(float_hook=decimal)
"""Refuses whole numbers of more digits than Python reads; `decode` reads them."""
