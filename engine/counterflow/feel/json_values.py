"""FEEL values of JSON text, numbers with the digits that they came with (RFC 8259; DMN 1.5, 10.3.2.3.1).

msgspec makes an int of every whole number, which takes the square of its digits, and none of more digits than
Python reads. So a text that holds a long number is read by Python's decoder, which asks us; nothing else pays
for that. To see whether it does takes a look at each 64th byte, mostly.
"""

from __future__ import annotations

import decimal as decimals
import json
from typing import Final

import msgspec

from counterflow.feel import numbers

_LONG: Final = 256
"""A whole number of so many digits is long: one of fewer becomes a decimal within a microsecond."""
_STRIDE: Final = _LONG // 4
_DIGITS: Final = bytes(0x30 if 0x30 <= byte < 0x3A else 0 for byte in range(256))

TEXT_PER_FUEL: Final = 128
"""Bytes of JSON that are read for one unit of fuel."""
_PARTS_PER_FUEL: Final = 2
"""Items, entries, numbers with a point, lists and contexts that are made for one unit of fuel."""
SMALL: Final = 128
"""What is shorter costs a unit, and holds no long number."""
SKIPPED_PER_FUEL: Final = 32
"""Bytes of JSON for one unit of fuel, where only a part of it is made."""
_FAR: Final = 65_536
"""What is longer is looked through for its price even if only a part is made: the part may be most of it."""

decimal = numbers.CONTEXT.create_decimal
"""The number that JSON spells with a point or an exponent. Raises `DecimalException` beyond FEEL's.

It is what decoders are to call at once: a function of ours around it would take three times as long.
"""


def price(text: bytes, *, partly: bool) -> int:
    """The fuel that decoding takes; `partly` where only what an expression asks for is made."""
    size = len(text)
    if size < SMALL:
        return 1
    if partly and size < _FAR:
        return size // SKIPPED_PER_FUEL
    return size // TEXT_PER_FUEL + (size - len(text.translate(None, b",[{."))) // _PARTS_PER_FUEL


def has_long_number(text: bytes) -> bool:
    """Whether the text holds digits of at least `_LONG` in a row, be it in a string."""
    if len(text) < _LONG or b"0000" not in text[::_STRIDE].translate(_DIGITS):
        return False
    return b"0" * _LONG in text.translate(_DIGITS)


def decode(text: bytes | str | msgspec.Raw) -> object:
    """The FEEL value that a JSON text says.

    Raises ValueError (msgspec's errors are some) for what is no JSON, or a number beyond FEEL's.
    """
    written = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    try:
        return _decode_long(written) if has_long_number(written) else DECODER.decode(written)
    except decimals.DecimalException:
        raise ValueError("it holds a number beyond 10 ** 6144") from None


def _decode_long(text: bytes) -> object:
    # The same strictness: Python's decoder lets more pass for JSON.
    msgspec.json.decode(text, type=msgspec.Raw)
    return json.loads(text.decode(), parse_float=decimal, parse_int=_whole)


def _whole(digits: str) -> numbers.Number:
    """Past what is a number of FEEL with all its digits: rounded, or refused."""
    if len(digits.removeprefix("-")) <= numbers.MOST_DIGITS:
        return numbers.long_whole(digits)
    return decimal(digits)


DECODER: Final = msgspec.json.Decoder(float_hook=decimal)
"""Refuses whole numbers of more digits than Python reads; `decode` reads them."""
