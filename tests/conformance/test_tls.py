"""A stock client over TLS, against a server in a process of its own that was told its certificates in
settings.
"""

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

from tests.conformance.server_process import ServerProcess, free_port
from tests.conformance.stock_client import Language, Order, StockClient, speaking
from tests.wire.certificates import Certificate, Certificates

CLIENT = Path(__file__).with_name("pyzeebe_client.py")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@contextmanager
def serving(folder: Path, certificates: Certificates, *, mutual: bool) -> Iterator[ServerProcess]:
    certificate, key = certificates.server
    options = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    asked = ("--tls-client-authority", str(certificates.ours.certificate)) if mutual else ()
    server = ServerProcess(folder / "counterflow.db", free_port(), *options, *asked).wait_until_ready()
    yield server
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


@pytest.mark.parametrize("mutual", [False, True])
def test_work_by_stream_over_tls(tmp_path: Path, certificates: Certificates, mutual: bool) -> None:
    with serving(tmp_path, certificates, mutual=mutual) as server:
        done = play(server, certificates, certificates.client if mutual else None, "with_result", "stream")
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["results"]) == 10


def test_a_client_without_a_certificate_is_not_let_in(tmp_path: Path, certificates: Certificates) -> None:
    with serving(tmp_path, certificates, mutual=True) as server:
        refused = play(server, certificates, certificates.stranger, "topology")
        assert refused.returncode != 0
        assert "UNAVAILABLE" in refused.stderr or "ZeebeGatewayUnavailable" in refused.stderr
        assert play(server, certificates, certificates.client, "topology").returncode == 0


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
