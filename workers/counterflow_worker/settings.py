"""Where the server is and how to speak to it, from arguments, else from the environment.

Understood as Zeebe's clients do: `ZEEBE_ADDRESS`, `ZEEBE_CA_CERTIFICATE_PATH`,
`ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH` and `ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH`. Our own: `COUNTERFLOW_GRPC_PORT`
(a server on this machine) and `COUNTERFLOW_TOKEN`.
"""

from collections.abc import Callable, Mapping
from ipaddress import ip_address

import msgspec

from counterflow_wire.certificates import ClientCertificates
from counterflow_wire.unreachable import Dialled
from counterflow_worker.errors import AddressError

DEFAULT_PORT = 26500
SECURE_PORT = 443
UNIX = "unix:"
"""Before the path of a socket in the file system, as in gRPC's own names."""
SECURE_SCHEMES = {"https": True, "grpcs": True, "http": False, "grpc": False}

Token = str | Callable[[], str]
"""A bearer token, or a function that gives the one that is valid now."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A server's `target` (host:port or unix:PATH), whether the way there is encrypted, and the token."""

    target: str
    secure: bool = False
    token: Token | None = None
    certificates: ClientCertificates = ClientCertificates()

    def __repr__(self) -> str:
        return (
            "<Settings "
            f"{self.target}{' with TLS' if self.secure else ''}{' with a token' if self.token else ''}>"
        )

    @property
    def dialled(self) -> Dialled:
        """How the server is called, for whoever tells why it did not answer."""
        return Dialled(self.target, self.secure, self.certificates.chain)

    def bearer(self) -> str | None:
        """The token that is valid now; None if there is none."""
        return self.token() if callable(self.token) else self.token

    def sends_token_in_the_clear(self) -> bool:
        """Whether there is a token that others on the way could read."""
        return self.token is not None and not self.secure and not is_loopback(self.target)


def resolve(
    address: str | None,
    environment: Mapping[str, str],
    *,
    secure: bool | None = None,
    token: Token | None = None,
    certificates: ClientCertificates | None = None,
) -> Settings:
    """The settings that hold: argument before environment before default.

    Raises AddressError for an address that is none.
    """
    scheme, target = split_address(address or address_in(environment))
    return Settings(
        target=target,
        secure=SECURE_SCHEMES.get(scheme, False) if secure is None else secure,
        token=token or environment.get("COUNTERFLOW_TOKEN") or None,
        certificates=(certificates or ClientCertificates()).or_else(ClientCertificates.named_in(environment)),
    )


def address_in(environment: Mapping[str, str]) -> str:
    """The address that the environment names, else that of this machine."""
    if address := environment.get("ZEEBE_ADDRESS"):
        return address
    return f"127.0.0.1:{environment.get('COUNTERFLOW_GRPC_PORT') or DEFAULT_PORT}"


def split_address(address: str) -> tuple[str, str]:
    """`https://host:1` → (`https`, `host:1`); a port that is not given is the scheme's.

    `unix:PATH` stays. Raises AddressError.
    """
    if address.strip().startswith(UNIX):
        return "", socket_target(address)
    scheme, separator, rest = address.strip().rpartition("://")
    if separator and scheme not in SECURE_SCHEMES:
        raise AddressError(
            f"address {address!r}: expected host:port or one of {', '.join(SECURE_SCHEMES)} before ://, "
            f"found {scheme!r}"
        )
    if "@" in rest:  # not quoted: what stands before it may be a password
        raise AddressError(
            "the address names a user, for whom gRPC has no place: expected host:port; a token is read from "
            "COUNTERFLOW_TOKEN"
        )
    host, port = split_port(rest.rstrip("/"))
    if not host or "/" in host or not (port.isdecimal() or not port):
        raise AddressError(f"address {address!r}: expected host:port, such as 127.0.0.1:{DEFAULT_PORT}")
    return scheme, f"{host}:{port or (SECURE_PORT if SECURE_SCHEMES.get(scheme) else DEFAULT_PORT)}"


def socket_target(address: str) -> str:
    """`unix:PATH`, of which gRPC knows `unix:///PATH` as well. Raises AddressError where there is no path."""
    path = address.strip().removeprefix(UNIX)
    if path.startswith("//"):
        path = path[2:] if path.startswith("///") else ""
    if not path:
        raise AddressError(f"address {address!r}: expected a path, such as unix:/run/counterflow.sock")
    return f"{UNIX}{path}"


def split_port(text: str) -> tuple[str, str]:
    """Split at the last colon, unless it belongs to an IPv6 address in brackets."""
    host, colon, port = text.rpartition(":")
    return (host, port) if colon and not text.endswith("]") else (text, "")


def is_loopback(target: str) -> bool:
    """Whether a target is on this machine: by its name or address, or as a socket in its files."""
    if target.startswith(UNIX):
        return True
    host = split_port(target)[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
