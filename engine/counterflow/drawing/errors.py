"""What cannot be drawn."""

from __future__ import annotations


class NotDrawn(Exception):
    """A file, or a diagram in it, that cannot be drawn.

    The message says what was expected, what was found, where, and what would help.
    """
