"""What goes wrong at every door alike."""

from __future__ import annotations


class PortTaken(Exception):
    """The address cannot be listened on; says which and what to do."""
