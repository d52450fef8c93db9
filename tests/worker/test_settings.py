"""Which server, and how to speak to it."""

from pathlib import Path

import pytest

from counterflow_wire.certificates import ClientCertificates
from counterflow_worker import AddressError
from counterflow_worker.settings import Settings, is_loopback, resolve

ZEEBE = {"ZEEBE_ADDRESS": "zeebe:1"}
PORT = {"COUNTERFLOW_GRPC_PORT": "4000"}


@pytest.mark.parametrize(
    "address,environment,target",
    [
        ("given:2", ZEEBE | PORT,                   "given:2"),
        (None,      ZEEBE | PORT,                   "zeebe:1"),
        (None,      PORT,                           "127.0.0.1:4000"),
        (None,      {"COUNTERFLOW_GRPC_PORT": ""},  "127.0.0.1:26500"),
        (None,      {},                             "127.0.0.1:26500"),
    ],
)  # fmt: skip
def test_argument_comes_before_environment_before_default(
    address: str | None, environment: dict[str, str], target: str
) -> None:
    assert resolve(address, environment).target == target


@pytest.mark.parametrize(
    "address,target,secure",
    [
        ("host",               "host:26500",     False),
        ("host:1",             "host:1",         False),
        ("http://host",        "host:26500",     False),
        ("grpc://host:1/",     "host:1",         False),
        ("https://host",       "host:443",       True),
        ("grpcs://host:1",     "host:1",         True),
        ("[::1]",              "[::1]:26500",    False),
        ("https://[::1]:9",    "[::1]:9",        True),
        (" host:1 ",           "host:1",         False),
        ("unix:/run/a",        "unix:/run/a",    False),
        ("unix:///run/a",      "unix:/run/a",    False),
        ("unix:a",             "unix:a",         False),
    ],
)  # fmt: skip
def test_address_is_read(address: str, target: str, secure: bool) -> None:
    settings = resolve(address, {})
    assert (settings.target, settings.secure) == (target, secure)


@pytest.mark.parametrize(
    "address", ["ftp://host", "host:port", ":26500", "https://", "host/path", "a://b://c"]
)
def test_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(AddressError, match="expected host:port"):
        resolve(address, {})


@pytest.mark.parametrize("address", ["unix:", "unix://", "unix://run/a"])
def test_a_socket_has_a_path(address: str) -> None:
    with pytest.raises(AddressError, match="expected a path, such as unix:/run/"):
        resolve(address, {})


def test_a_password_in_an_address_is_refused_and_not_told() -> None:
    with pytest.raises(AddressError, match=r"names a user.*COUNTERFLOW_TOKEN") as refused:
        resolve("https://me:s3cret@host", {})
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("secure", [True, False])
def test_argument_about_encryption_wins_over_the_address(secure: bool) -> None:
    assert resolve("https://host", {}, secure=secure).secure is secure


FILES = {
    "ZEEBE_CA_CERTIFICATE_PATH": "/ca.pem",
    "ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH": "/chain.pem",
    "ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH": "/key.pem",
}


def test_token_and_certificates_come_from_the_environment() -> None:
    settings = resolve(None, {"COUNTERFLOW_TOKEN": "s3cret"} | FILES)
    assert (settings.bearer(), *map(str, settings.certificates)) == ("s3cret", *FILES.values())


def test_certificates_that_are_said_win() -> None:
    said = ClientCertificates(chain=Path("/mine.pem"), key=Path("/mine.key"))
    settings = resolve(None, FILES, certificates=said)
    assert settings.certificates == (Path("/ca.pem"), Path("/mine.pem"), Path("/mine.key"))


def test_token_is_asked_for_each_time() -> None:
    tokens = iter(["first", "second"])
    settings = resolve(None, {"COUNTERFLOW_TOKEN": "other"}, token=lambda: next(tokens))
    assert [settings.bearer(), settings.bearer()] == ["first", "second"]


def test_printed_settings_do_not_show_the_token() -> None:
    assert repr(Settings(target="h:1", secure=True, token="s3cret")) == "<Settings h:1 with TLS with a token>"


@pytest.mark.parametrize(
    "target,loopback",
    [
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("10.0.0.1:1", False),
        ("zeebe.example:1", False),
    ],
)
def test_loopback_is_known(target: str, loopback: bool) -> None:
    assert is_loopback(target) is loopback


@pytest.mark.parametrize(
    "target,secure,token,clear",
    [
        ("h:1", False, "t", True),
        ("h:1", True, "t", False),
        ("h:1", False, None, False),
        ("127.0.0.1:1", False, "t", False),
    ],
)
def test_token_in_the_clear_is_noticed(target: str, secure: bool, token: str | None, clear: bool) -> None:
    assert Settings(target=target, secure=secure, token=token).sends_token_in_the_clear() is clear
