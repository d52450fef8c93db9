"""The channel: what is sent with each call, and when it opens and closes."""

from pathlib import Path

import grpc
import pytest

from counterflow_worker import CertificateError, Client, ClientCertificates, UnavailableError
from counterflow_worker.connection import CHANNEL_OPTIONS, open_channel
from counterflow_worker.settings import Settings
from tests.worker.clocks import InstantClock
from tests.worker.fake_gateway import FakeGateway


async def test_token_is_sent_as_bearer(gateway: FakeGateway) -> None:
    tokens = iter(["first", "second"])
    async with Client(gateway.address, token=lambda: next(tokens)) as client:
        await client.topology()
        await client.activate_jobs("work", request_timeout_ms=-1)
    assert [metadata["authorization"] for metadata in gateway.metadata] == ["Bearer first", "Bearer second"]


async def test_without_a_token_nothing_is_sent(gateway: FakeGateway, client: Client) -> None:
    await client.topology()
    assert "authorization" not in gateway.metadata[0]


async def test_nobody_there_is_unavailable_after_five_attempts(gateway: FakeGateway) -> None:
    await gateway.stop()
    clock = InstantClock()
    async with Client(gateway.address, clock=clock) as client:
        with pytest.raises(UnavailableError, match=r"Topology answered UNAVAILABLE: .*onnect"):
            await client.topology()
    assert len(clock.slept_ms) == 4


async def test_busy_server_is_asked_again(gateway: FakeGateway, client: Client) -> None:
    gateway.fail("Topology", grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE)
    await client.topology()
    assert len(gateway.calls["Topology"]) == 3


async def test_closed_connection_opens_again_when_it_is_needed(gateway: FakeGateway) -> None:
    client = Client(gateway.address)
    await client.close()
    await client.topology()
    await client.close()
    await client.topology()
    await client.close()
    assert len(gateway.calls["Topology"]) == 2


def test_client_opens_nothing_outside_an_event_loop() -> None:
    assert Client("host:1").target == "host:1"


def test_idle_lines_are_kept_alive_as_stock_clients_do() -> None:
    options = dict(CHANNEL_OPTIONS)
    assert options["grpc.keepalive_time_ms"] == 45_000
    assert options["grpc.http2.max_pings_without_data"] == 0


async def test_token_in_the_clear_is_warned_about_without_showing_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    channel = open_channel(Settings(target="zeebe.example:26500", token="s3cret"))
    await channel.close()
    assert caplog.messages == [
        "the bearer token travels unencrypted to zeebe.example:26500; use an https:// address or secure=True"
    ]


async def test_encrypted_channel_reads_its_roots(tmp_path: Path) -> None:
    certificates = ClientCertificates(tmp_path / "roots.pem")
    with pytest.raises(CertificateError, match=r"roots\.pem \(ZEEBE_CA_CERTIFICATE_PATH\): expected a file"):
        open_channel(Settings(target="zeebe.example:443", secure=True, certificates=certificates))


async def test_encrypted_client_does_not_speak_to_a_plain_server(gateway: FakeGateway) -> None:
    async with Client(f"https://{gateway.address}", clock=InstantClock()) as client:
        with pytest.raises(UnavailableError):
            await client.topology()
    assert not gateway.calls["Topology"]
