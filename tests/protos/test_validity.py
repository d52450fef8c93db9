"""From when until when a certificate is valid, as its file says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterflow_wire.validity import Validity, validity_of
from tests.wire.certificates import authority, issued_for

TIMES = [
    ("20200101000000Z", "20210102030405Z", datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ("19991231235959Z", "20491231235959Z", datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("20600101000000Z", "99991231235959Z", datetime(2060, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
]  # fmt: skip


def test_both_ways_of_writing_a_time(tmp_path: Path) -> None:
    ours = authority(tmp_path, "ours")
    for number, (since, until, first, last) in enumerate(TIMES):
        made = issued_for(tmp_path, ours, f"client{number}", since, until)
        assert validity_of(made.certificate) == Validity(first, last)


@pytest.mark.parametrize(
    "now, fault",
    [
        (datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC), "is not valid before 2020-01-01 00:00 UTC"),
        (datetime(2020, 1, 1, tzinfo=UTC), ""),
        (datetime(2021, 1, 1, tzinfo=UTC), ""),
        (datetime(2021, 1, 1, 0, 0, 1, tzinfo=UTC), "expired on 2021-01-01 00:00 UTC"),
    ],
)
def test_the_first_and_the_last_second_count(now: datetime, fault: str) -> None:
    assert Validity(datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)).fault(now) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMIA=\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_certificate_says_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "text.pem"
    path.write_text(text)
    assert validity_of(path) is None
    assert validity_of(tmp_path / "nothing.pem") is None
