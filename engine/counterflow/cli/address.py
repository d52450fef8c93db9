"""Which server to call, and how: by flag, by what Zeebe's clients understand, else on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple

from counterflow.cli.exits import USAGE, Failure

DEFAULT_PORT = 26500
SECURE_PORT = 443
UNIX = "unix:"
"""Before the path of a socket in the file system, as in gRPC's own names."""
CERTIFICATE_VARIABLES = (
    "ZEEBE_CA_CERTIFICATE_PATH",
    "ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH",
    "ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH",
)
"""As Zeebe's clients name them: whom to trust, and what a client shows of itself."""
SCHEMES = {"": False, "http": False, "grpc": False, "https": True, "grpcs": True}
"""Whether TLS is spoken, by what stands before `://`."""


class Address(NamedTuple):
    """Where to connect. `token` goes with every call. Over TLS `certificate_path` names the authority to
    trust, empty for the system's own, and the other two the client's own certificate and its key.
    """

    target: str
    secure: bool = False
    token: str = ""
    certificate_path: str = ""
    client_certificate_path: str = ""
    client_key_path: str = ""

    def __repr__(self) -> str:
        """Without the token, which is nobody's business."""
        return f"Address({self.target!r}, secure={self.secure})"


def choose_address(flag: str, environment: Mapping[str, str]) -> Address:
    """The flag's address, else that of the environment, else this machine's. Raises `Failure` for one that is
    none, and for a token that would travel in the clear.
    """
    port = environment.get("COUNTERFLOW_GRPC_PORT") or str(DEFAULT_PORT)
    scheme, target = _split(flag or environment.get("ZEEBE_ADDRESS") or f"127.0.0.1:{port}")
    token = environment.get("COUNTERFLOW_TOKEN", "")
    if token and not SCHEMES[scheme] and not _is_loopback(target):
        raise Failure(
            USAGE,
            f"COUNTERFLOW_TOKEN would travel to {target} unencrypted: expected an address that begins with "
            "https://, or no token; a proxy with TLS in front of the server gives it one",
        )
    paths = (environment.get(name, "") for name in CERTIFICATE_VARIABLES)
    return Address(target, SCHEMES[scheme], token, *paths)


def _split(text: str) -> tuple[str, str]:
    if text.strip().startswith(UNIX):
        return "", f"{UNIX}{_path(text.strip().removeprefix(UNIX), text)}"
    scheme, separator, rest = text.strip().rpartition("://")
    if scheme not in SCHEMES or (separator and not scheme):
        known = ", ".join(f"{name}://" for name in SCHEMES if name)
        raise Failure(USAGE, f"Address {text!r}: expected host:port, or one of {known} before it")
    if "@" in rest:  # not quoted: what stands before it may be a password
        raise Failure(
            USAGE,
            "The address names a user, for whom gRPC has no place: expected host:port; a token is read from "
            "COUNTERFLOW_TOKEN",
        )
    host, port = _split_port(rest.rstrip("/"))
    if not host or "/" in host or (port and not port.isdecimal()):
        raise Failure(USAGE, f"Address {text!r}: expected host:port, such as 127.0.0.1:{DEFAULT_PORT}")
    return scheme, f"{host}:{port or (SECURE_PORT if SCHEMES[scheme] else DEFAULT_PORT)}"


def _path(path: str, text: str) -> str:
    """`/run/x` and `x` are paths; `///run/x` is how gRPC may write the first."""
    if path.startswith("//"):
        path = path[2:] if path.startswith("///") else ""
    if not path:
        raise Failure(USAGE, f"Address {text!r}: expected a path, such as unix:/run/counterflow.sock")
    return path


def _split_port(text: str) -> tuple[str, str]:
    """Split at the last colon, unless it belongs to an IPv6 address in brackets."""
    host, colon, port = text.rpartition(":")
    return (host, port) if colon and not text.endswith("]") else (text, "")


def _is_loopback(target: str) -> bool:
    if target.startswith(UNIX):
        return True
    host = _split_port(target)[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
