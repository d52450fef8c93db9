"""Who was not let in over TLS, and why: said in the log, since the client's own library hardly ever says.

The loop's own protocol drops the error of a handshake in silence. So the object that makes it says so (an
attribute of a context since Python 3.7), for asyncio and for uvloop alike; who it was it does not know.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable

logger = logging.getLogger("counterflow.wire")

QUIET_SECONDS = 60.0
"""How long the same reason is not said again: who comes every second is not to fill the log."""
REASONS = 100
"""How many reasons are remembered."""
NO_CERTIFICATE = "PEER_DID_NOT_RETURN_A_CERTIFICATE"
NO_TLS = frozenset({"HTTP_REQUEST", "WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER"})


class Refusals:
    """Says each reason once in a while, with how often it came meanwhile."""

    def __init__(self, asks_of: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`asks_of` is the file of the authority whose certificates are asked for, empty where none are."""
        self._asks_of = asks_of
        self._clock = clock
        self._said: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def log_failure(self, error: ssl.SSLError) -> None:
        """A handshake has failed."""
        reason, now = self.why(error), self._clock()
        if now - self._said.get(reason, now - QUIET_SECONDS) < QUIET_SECONDS:
            self._unsaid[reason] = self._unsaid.get(reason, 0) + 1
            return
        if len(self._said) >= REASONS:
            self._said.clear()
            self._unsaid.clear()
        self._said[reason] = now
        again = self._unsaid.pop(reason, 0)
        before = f" ({again} more before)" if again else ""
        logger.warning("A client was not let in over TLS: %s%s", reason, before)

    def why(self, error: ssl.SSLError) -> str:
        """What was expected of a client, and what was found."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return (
                f"expected a certificate of an authority in {self._asks_of} (tls_client_authority), "
                f"found one of which OpenSSL says: {error.verify_message}"
            )
        if error.reason == NO_CERTIFICATE:
            return (
                f"expected a certificate of an authority in {self._asks_of} (tls_client_authority), "
                "found a client that shows none"
            )
        said = (error.reason or str(error)).lower().replace("_", " ")
        if error.reason in NO_TLS:
            return f"expected TLS 1.2 or later, found something else ({said})"
        return f"the handshake failed ({said})"


def logging_failures(refusals: Refusals) -> type[ssl.SSLObject]:
    """What a context is to make its handshakes with, so that those that fail are told."""

    class Handshake(ssl.SSLObject):
        """One side of a connection over TLS."""

        def do_handshake(self) -> None:
            """Go on with it. Raises what OpenSSL has to say."""
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                refusals.log_failure(error)
                raise

    return Handshake
