"""A client's line to the server that is attacked, over TLS where that is what the attack is about."""

from __future__ import annotations

from pathlib import Path

import grpc
import grpc.aio


def line_to(address: str, authority: str, options: tuple[tuple[str, int], ...] = ()) -> grpc.aio.Channel:
    """A channel; `authority` is the file of who vouches for the server, empty where nobody does."""
    if not authority:
        return grpc.aio.insecure_channel(address, options=options)
    credentials = grpc.ssl_channel_credentials(Path(authority).read_bytes())
    return grpc.aio.secure_channel(address, credentials, options=options)
