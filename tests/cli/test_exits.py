"""Every status of gRPC has an exit code."""

from __future__ import annotations

import grpc

from counterflow.cli.exits import CODE_BY_STATUS


def test_every_status_of_grpc_has_its_line() -> None:
    assert {status.name for status in grpc.StatusCode} == set(CODE_BY_STATUS)


def test_only_a_good_end_is_zero() -> None:
    assert [status for status, code in CODE_BY_STATUS.items() if code == 0] == ["OK"]
    assert set(CODE_BY_STATUS.values()) <= {0, 1, 2, 3, 4, 5, 6, 124}
