"""What lets an instance go on that an incident holds, as commands to paste."""

from __future__ import annotations

import pytest

from counterflow.cli.remedies import commands_for
from counterflow_wire import counterflow_v1 as wire


@pytest.mark.parametrize(
    "message,assigned",
    [
        ("found null: no variable 'kind': it is null", '{"kind": VALUE}'),
        (
            "there is no variable 'count' (a function has this name): it is null; no variable 'a': it is null",
            '{"count": VALUE, "a": VALUE}',
        ),
        ("found 7", '{"NAME": VALUE}'),
    ],
)
def test_the_variables_that_a_message_misses_are_named_in_the_command(message: str, assigned: str) -> None:
    incident = wire.Incident(key=5, element_instance_key=4, error_type="CONDITION_ERROR", message=message)
    assert commands_for(incident, "counterflow") == [
        f"counterflow set-variables 4 '{assigned}'",
        "counterflow resolve 5",
    ]
