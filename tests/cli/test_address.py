"""Which server is called: the flag, then the environment, then this machine."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from counterflow.cli.address import CERTIFICATE_VARIABLES, choose_address
from counterflow.cli.exits import USAGE, Failure

CHOICES: list[tuple[str, Mapping[str, str], str, bool]] = [
    ("", {}, "127.0.0.1:26500", False),
    ("", {"COUNTERFLOW_GRPC_PORT": "27000"}, "127.0.0.1:27000", False),
    ("", {"COUNTERFLOW_GRPC_PORT": "27000", "ZEEBE_ADDRESS": "zeebe:26500"}, "zeebe:26500", False),
    ("other:1", {"ZEEBE_ADDRESS": "zeebe:26500"}, "other:1", False),
    ("zeebe", {}, "zeebe:26500", False),
    ("http://zeebe:1/", {}, "zeebe:1", False),
    ("grpc://zeebe", {}, "zeebe:26500", False),
    ("https://zeebe", {}, "zeebe:443", True),
    ("grpcs://zeebe:26500", {}, "zeebe:26500", True),
    ("[::1]:26500", {}, "[::1]:26500", False),
    ("[::1]", {}, "[::1]:26500", False),
    ("unix:/run/counterflow.sock", {}, "unix:/run/counterflow.sock", False),
    (" unix:///run/counterflow.sock ", {}, "unix:/run/counterflow.sock", False),
    ("unix:counterflow.sock", {}, "unix:counterflow.sock", False),
    ("", {"ZEEBE_ADDRESS": "unix:/run/a"}, "unix:/run/a", False),
]


@pytest.mark.parametrize("flag,environment,target,secure", CHOICES)
def test_the_address_that_holds(flag: str, environment: Mapping[str, str], target: str, secure: bool) -> None:
    chosen = choose_address(flag, environment)
    assert (chosen.target, chosen.secure) == (target, secure)


@pytest.mark.parametrize(
    "text", ["ftp://zeebe:1", "://zeebe", "zeebe:port", "https://", ":26500", "zeebe:1/path"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="expected host:port") as refused:
        choose_address(text, {})
    assert refused.value.code == USAGE


@pytest.mark.parametrize("text", ["unix:", "unix://", "unix://run/counterflow.sock"])
def test_a_socket_has_a_path(text: str) -> None:
    with pytest.raises(Failure, match=r"expected a path, such as unix:/run/counterflow\.sock") as refused:
        choose_address(text, {})
    assert refused.value.code == USAGE


def test_a_password_in_an_address_is_refused_and_not_told() -> None:
    with pytest.raises(Failure, match=r"names a user.*COUNTERFLOW_TOKEN") as refused:
        choose_address("https://me:s3cret@zeebe:443", {})
    assert (refused.value.code, "s3cret" in str(refused.value)) == (USAGE, False)


@pytest.mark.parametrize(
    "flag", ["localhost:1", "127.0.0.1:1", "[::1]:1", "https://far-away:1", "unix:/run/a"]
)
def test_a_token_travels_where_nobody_listens(flag: str) -> None:
    chosen = choose_address(flag, {"COUNTERFLOW_TOKEN": "open-sesame"})
    assert chosen.token == "open-sesame"
    assert "sesame" not in repr(chosen)


def test_a_token_does_not_travel_in_the_clear() -> None:
    with pytest.raises(Failure, match="would travel to far-away:1 unencrypted") as refused:
        choose_address("far-away:1", {"COUNTERFLOW_TOKEN": "open-sesame"})
    assert (refused.value.code, "sesame" in str(refused.value)) == (USAGE, False)


def test_certificates_are_named_by_variables() -> None:
    chosen = choose_address("https://far-away:1", dict(zip(CERTIFICATE_VARIABLES, "abc", strict=True)))
    assert chosen[3:] == ("a", "b", "c")
