"""What a client trusts and shows of itself over TLS: files in PEM, named as Zeebe's clients name them.

Both the commands and the worker SDK read them here. gRPC itself says little of a file that it cannot use, and
ends the process where a certificate comes without its key; so this is found out before.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    import grpc

AUTHORITY_VARIABLE = "ZEEBE_CA_CERTIFICATE_PATH"
CHAIN_VARIABLE = "ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH"
KEY_VARIABLE = "ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_KEY = "PRIVATE KEY-----"


class UnusableCertificate(Exception):
    """A certificate or a key that no client can use: which file, what was expected of it, what was found."""


class ClientCertificates(NamedTuple):
    """Whom a client trusts, None for whom the system trusts.

    And its own certificate with its key, where a server asks for one.
    """

    authority: Path | None = None
    chain: Path | None = None
    key: Path | None = None

    @classmethod
    def named_in(cls, environment: Mapping[str, str]) -> Self:
        """Those that the variables name."""
        names = (environment.get(name) for name in (AUTHORITY_VARIABLE, CHAIN_VARIABLE, KEY_VARIABLE))
        return cls(*(Path(name) if name else None for name in names))

    def or_else(self, other: ClientCertificates) -> ClientCertificates:
        """These, and what they do not name from others; a certificate and its key come from the same."""
        pair = self if self.chain or self.key else other
        return ClientCertificates(self.authority or other.authority, pair.chain, pair.key)

    def credentials(self) -> grpc.ChannelCredentials:
        """What gRPC makes a channel with. Raises `UnusableCertificate`."""
        import grpc  # noqa: PLC0415 - a tenth of a second that `counterflow --help` does not pay

        if (self.chain is None) != (self.key is None):
            there, missing = ("certificate", "key") if self.key is None else ("key", "certificate")
            raise UnusableCertificate(
                f"Expected a client's certificate and its key ({CHAIN_VARIABLE}, {KEY_VARIABLE}), found a "
                f"{there} without a {missing}"
            )
        return grpc.ssl_channel_credentials(
            _read(AUTHORITY_VARIABLE, self.authority, "certificates", _CERTIFICATE),
            _read(KEY_VARIABLE, self.key, "a private key", _KEY),
            _read(CHAIN_VARIABLE, self.chain, "a certificate", _CERTIFICATE),
        )


def _read(variable: str, path: Path | None, what: str, sign: str) -> bytes | None:
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableCertificate(
            f"{path} ({variable}): expected a file with {what} in PEM, but it cannot be read: "
            f"{error.strerror}"
        ) from error
    if sign.encode() not in content:
        raise UnusableCertificate(
            f"{path} ({variable}): expected {what} in PEM, found no line like '{sign}' in it"
        )
    return content
