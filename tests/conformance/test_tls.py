"""A stock client over TLS, against a server process that was told its certificates in settings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from counterflow.settings import TransportName
from counterflow_worker import CallRetry, Client, ClientCertificates, UnavailableError
from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.stock_client import Language, Order, StockClient, speaking
from tests.wire.certificates import Certificate, Certificates

CLIENT = Path(__file__).with_name("pyzeebe_client.py")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@contextmanager
def serving(
    folder: Path,
    certificates: Certificates,
    *,
    mutual: bool,
    transport: TransportName = TransportName.NATIVE,
) -> Iterator[ServerProcess]:
    certificate, key = certificates.server
    options = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    asked = ("--tls-client-authority", str(certificates.ours.certificate)) if mutual else ()
    server = ServerProcess(
        folder / "counterflow.db", free_port(), *options, *asked, transport=transport
    ).wait_until_ready()
    try:
        yield server
    finally:
        assert server.stop(signal.SIGTERM) == 0


def play(
    server: ServerProcess, certificates: Certificates, client: Certificate | None, *scenario: str
) -> subprocess.CompletedProcess[str]:
    files = {
        "TRUSTED": certificates.ours.certificate,
        **({"CERTIFICATE": client.certificate, "KEY": client.key} if client else {}),
    }
    environment = os.environ | {name: str(path) for name, path in files.items()}
    command = [sys.executable, str(CLIENT), server.address, scenario[0], *scenario]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False, env=environment)


@pytest.mark.parametrize("transport", TransportName)
@pytest.mark.parametrize("mutual", [False, True])
def test_work_by_stream_over_tls(
    tmp_path: Path, certificates: Certificates, mutual: bool, transport: TransportName
) -> None:
    with serving(tmp_path, certificates, mutual=mutual, transport=transport) as server:
        done = play(server, certificates, certificates.client if mutual else None, "with_result", "stream")
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["results"]) == 10


def test_a_client_without_a_certificate_is_not_let_in(tmp_path: Path, certificates: Certificates) -> None:
    with serving(tmp_path, certificates, mutual=True) as server:
        refused = play(server, certificates, certificates.stranger, "topology")
        assert refused.returncode != 0
        assert "UNAVAILABLE" in refused.stderr or "ZeebeGatewayUnavailable" in refused.stderr
        assert play(server, certificates, certificates.client, "topology").returncode == 0


def topology(server: ServerProcess, **variables: Path) -> subprocess.CompletedProcess[str]:
    """Our own command, which is told its certificates in variables."""
    environment = os.environ | {name: str(path) for name, path in variables.items()}
    return subprocess.run(
        [sys.executable, "-m", "counterflow", "topology", "--address", f"https://{server.address}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )


@pytest.mark.parametrize("transport", TransportName)
def test_our_own_command_line_shows_its_certificate(
    tmp_path: Path, certificates: Certificates, transport: TransportName
) -> None:
    ours, client, other = certificates.ours.certificate, certificates.client, certificates.stranger
    trusted = {"ZEEBE_CA_CERTIFICATE_PATH": ours}
    with serving(tmp_path, certificates, mutual=True, transport=transport) as server:
        chain = {"ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH": client.certificate}
        pair = chain | {"ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH": client.key}
        assert "Gateway 8.6.0" in topology(server, **trusted, **pair).stderr
        refused = topology(server, **trusted)
        assert refused.returncode == 5
        assert "name one that it trusts in ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH" in refused.stderr
        assert "https://" not in refused.stderr
        for other_time, fault in (
            (certificates.expired, "expired on 2021-01-02 03:04 UTC"),
            (
                certificates.early,
                "is not valid before 2090-01-01 00:00 UTC",
            ),
        ):
            late = topology(
                server,
                **trusted,
                ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH=other_time.certificate,
                ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH=other_time.key,
            )
            assert late.returncode == 5
            assert (
                f"found {other_time.certificate} (ZEEBE_CLIENT_SSL_CERT_CHAIN_PATH), which {fault}"
                in late.stderr
            )
        half = topology(server, **trusted, **chain)
        assert (half.returncode, "found a certificate without a key" in half.stderr) == (2, True)
        mixed = topology(server, **trusted, **chain, ZEEBE_CLIENT_SSL_PRIVATE_KEY_PATH=other.key)
        assert (mixed.returncode, "cannot be called with the certificates" in mixed.stderr) == (5, True)


@pytest.mark.parametrize("transport", TransportName)
async def test_our_own_sdk_shows_its_certificate(
    tmp_path: Path, certificates: Certificates, transport: TransportName
) -> None:
    shown = ClientCertificates(certificates.ours.certificate, *certificates.client)
    with serving(tmp_path, certificates, mutual=True, transport=transport) as server:
        async with Client(f"https://{server.address}", certificates=shown) as client:
            assert (await client.topology()).cluster_size == 1
        for other, words in (
            (certificates.stranger, "over TLS: expected a server that trusts the certificate"),
            (
                certificates.expired,
                "over TLS: expected a certificate that is valid now, found .* expired on 2021",
            ),
        ):
            unknown = ClientCertificates(certificates.ours.certificate, *other)
            async with Client(
                f"https://{server.address}", certificates=unknown, retry=CallRetry(attempts=1)
            ) as client:
                with pytest.raises(UnavailableError, match=words):
                    await client.topology()


@speaking("tls", "create", "activate", "complete")
def test_stock_clients_of_other_languages_over_tls(
    tmp_path: Path, certificates: Certificates, language: Language
) -> None:
    trusted = str(certificates.ours.certificate)
    with (
        serving(tmp_path, certificates, mutual=False) as server,
        StockClient(language, server.address, CLIENT_TRUSTED=trusted) as client,
    ):
        order = Order.deployed(client, f"over-tls-{language.name}")
        created = client.ask("create", bpmnProcessId=order.id, variables={"number": 1})
        job = client.activate(order.pay)
        assert job["processInstanceKey"] == created["processInstanceKey"]
        client.ask("complete", jobKey=job["key"], variables={"paid": 7})
