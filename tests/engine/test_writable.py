"""What a program asks for has to be of its kind: no log holds what cannot be read again."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.engine.writable import writable
from counterflow.kernel.lives.jobs import CompleteJob, FailJob
from counterflow.kernel.vocabulary import Rejection, RejectionType

HUGE = 2**70


@pytest.mark.parametrize(
    "field, value, fact",
    [
        ("retries", 1.5, "Expected `int`, got `float` - at `retries`"),
        ("retries", True, "Expected `int`, got `bool` - at `retries`"),
        ("retries", "3", "Expected `int`, got `str` - at `retries`"),
        ("retries", HUGE, "Expected values that can be written down, but can't serialize ints"),
        ("message", None, "Expected `str`, got `None` - at `message`"),
        ("message", "caf\udce9", "Expected text that UTF-8 can hold, but character 3 of one is '\\udce9'"),
        ("variables", {5: b"1"}, "Expected `str`, got `int` - at `key` in `variables`"),
        (
            "variables",
            {"\ud800": b"1"},
            "Expected text that UTF-8 can hold, but character 0 of one is '\\ud800'",
        ),
    ],
)
def test_what_is_not_of_its_kind_is_refused(field: str, value: Any, fact: str) -> None:
    fields = {"job_key": 1, "retries": 1, "back_off_ms": 0, "message": "", "variables": {}, field: value}
    with pytest.raises(Rejection) as refused:
        writable(FailJob(**fields))
    assert refused.value.type is RejectionType.INVALID_ARGUMENT
    assert refused.value.reason.startswith(f"FailJob: {fact}")


def test_what_is_of_its_kind_stays_as_it_is() -> None:
    command = CompleteJob(job_key=1, variables={"café": b'"\xc3\xa9"'})
    assert writable(command) is command
