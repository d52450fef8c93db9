"""Which files a client trusts and shows, and how one that cannot be used is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterflow.cli.address import CERTIFICATE_VARIABLES
from counterflow_wire.certificates import (
    AUTHORITY_VARIABLE,
    CHAIN_VARIABLE,
    KEY_VARIABLE,
    ClientCertificates,
    UnusableCertificate,
)

A, B, C, D, E = (Path(name) for name in "abcde")


def test_commands_and_workers_read_the_same_variables() -> None:
    assert (AUTHORITY_VARIABLE, CHAIN_VARIABLE, KEY_VARIABLE) == CERTIFICATE_VARIABLES


def test_files_are_named_by_variables() -> None:
    assert ClientCertificates.named_in({}) == (None, None, None)
    assert ClientCertificates.named_in({AUTHORITY_VARIABLE: "a", CHAIN_VARIABLE: "b", KEY_VARIABLE: ""}) == (
        A,
        B,
        None,
    )


@pytest.mark.parametrize(
    "said, else_, held",
    [
        ((None, None, None), (A, B, C),          (A, B, C)),
        ((D, None, None),    (A, B, C),          (D, B, C)),
        ((None, D, E),       (A, B, C),          (A, D, E)),
        ((None, D, None),    (A, B, C),          (A, D, None)),
        ((A, B, C),          (None, None, None), (A, B, C)),
    ],
)  # fmt: skip
def test_what_is_said_wins_and_a_pair_stays_together(
    said: tuple[Path | None, ...], else_: tuple[Path | None, ...], held: tuple[Path | None, ...]
) -> None:
    assert ClientCertificates(*said).or_else(ClientCertificates(*else_)) == held


def refusal(certificates: ClientCertificates) -> str:
    with pytest.raises(UnusableCertificate) as caught:
        certificates.credentials()
    return str(caught.value)


def test_files_that_cannot_be_used_are_told_with_what_was_expected(tmp_path: Path) -> None:
    nothing, text = tmp_path / "nothing", tmp_path / "text"
    text.write_text("hello")
    assert refusal(ClientCertificates(nothing)) == (
        f"{nothing} (ZEEBE_CA_CERTIFICATE_PATH): expected a file with certificates in PEM, but it cannot be "
        "read: No such file or directory"
    )
    assert refusal(ClientCertificates(None, text, text)) == (
        f"{text} (ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH): expected a private key in PEM, found no line like "
        "'PRIVATE KEY-----' in it"
    )
    assert refusal(ClientCertificates(chain=text)) == (
        "Expected a client's certificate and its key (ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH, "
        "ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH), found a certificate without a key"
    )
    assert refusal(ClientCertificates(key=text)).endswith("found a key without a certificate")
