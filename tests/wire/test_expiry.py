"""A server warns of its own certificate before clients cannot come any more."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterflow.wire.contract import Tls
from counterflow.wire.expiry import Expiry
from tests.wire.certificates import authority, issued_for


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    folder = tmp_path_factory.mktemp("expiry")
    made = issued_for(folder, authority(folder, "ours"), "server", "20260101000000Z", "20260331120000Z")
    return Tls(made.certificate, made.key)


@pytest.mark.parametrize(
    "now, words",
    [
        (datetime(2026, 3, 1, tzinfo=UTC), ""),
        (datetime(2026, 3, 17, 11, tzinfo=UTC), ""),
        (datetime(2026, 3, 17, 13, tzinfo=UTC), "expires on 2026-03-31 12:00 UTC, in 13 days"),
        (datetime(2026, 3, 31, 11, tzinfo=UTC), "in 0 days"),
        (datetime(2026, 3, 31, 13, tzinfo=UTC), "expired on 2026-03-31 12:00 UTC: no client"),
        (datetime(2025, 12, 31, tzinfo=UTC), "is not valid before 2026-01-01 00:00 UTC: no client"),
    ],
)
async def test_it_is_told_in_time(
    tls: Tls, now: datetime, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with Expiry(tls, lambda: now):
            pass
    assert words in caplog.text
    assert bool(words) == bool(caplog.text)
    assert not words or str(tls.certificate) in caplog.text


async def test_what_cannot_be_read_is_told_by_whoever_needs_it(tmp_path: Path) -> None:
    assert Expiry(Tls(tmp_path / "none.pem", tmp_path / "none.key")).warning() == ""
