"""Keys carry their partition; records are values."""

from __future__ import annotations

import msgspec
import pytest

from counterflow.kernel import COMMANDS
from counterflow.kernel.vocabulary import Command, Event, Rejection, RejectionType, first_key


@pytest.mark.parametrize(
    "partition, first", [(1, 2251799813685248), (2, 4503599627370496), (3, 6755399441055744)]
)
def test_keys_of_a_partition_begin_where_stock_clients_expect_them(partition: int, first: int) -> None:
    assert first_key(partition) == first


def test_a_key_of_the_last_partition_fits_in_64_bits() -> None:
    assert first_key(4096) - 1 == 2**63 - 1


def test_a_rejection_says_what_and_why() -> None:
    rejection = Rejection(RejectionType.NOT_FOUND, "Expected a job, but found none")
    assert (str(rejection), rejection.type) == ("Expected a job, but found none", "NOT_FOUND")


@pytest.mark.parametrize("kind", [Command, Event])
def test_records_are_frozen(kind: type[msgspec.Struct]) -> None:
    assert kind.__struct_config__.frozen
    assert all(found.__struct_config__.frozen for found in kind.__subclasses__())


def test_every_command_is_decided_somewhere() -> None:
    assert set(COMMANDS) == {
        found for found in Command.__subclasses__() if found.__module__.startswith("counterflow.kernel")
    }
