"""Names, lists and objects of every body are bounded before anybody quotes or keeps them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from counterflow.edge.bounds import ENTRIES, NAME_LENGTH
from counterflow.edge.http.bodies import decoded
from counterflow.edge.http.records import OBJECTS
from counterflow.edge.rest.shapes.instances import Migration, Modification, ProcessCreation
from counterflow.edge.rest.shapes.jobs import JobActivation, JobCompletion, JobFailure
from counterflow.edge.rest.shapes.messages import MessagePublication
from counterflow.service.refusals import Invalid

LONG = "ü" * (NAME_LENGTH + 1)
WISH = {"type": "work", "timeout": 1, "maxJobsToActivate": 1}
MANY: list[object] = [{}] * (OBJECTS + 1)


@pytest.mark.parametrize(
    "shape, body, words",
    [
        (MessagePublication, {"name": LONG}, "name to have at most 32768 characters, but found 32769"),
        (
            JobActivation,
            WISH | {"fetchVariable": ["a"] * (ENTRIES + 1)},
            "fetchVariable to have at most 10000",
        ),
        (JobActivation, WISH | {"fetchVariable": [LONG]}, "fetchVariable to have at most 32768 characters"),
        (
            ProcessCreation,
            {"processDefinitionId": "a", "startInstructions": [{"elementId": LONG}]},
            "elementId to have at most",
        ),
        (
            JobCompletion,
            {"result": {"activateElements": [{"elementId": "a"}] * 101}},
            "activateElements to have at most 100 entries",
        ),
        (
            Modification,
            {"moveInstructions": [{"sourceElementInstruction": {}, "targetElementId": "a"}] * 1_001},
            "moveInstructions to have at most 1000 entries",
        ),
        (Modification, {"terminateInstructions": MANY}, "at most 50000 objects beside those of its document"),
        (JobCompletion, {"result": {"activateElements": MANY}}, "at most 50000 objects"),
        (
            Migration,
            {"targetProcessDefinitionKey": "1", "mappingInstructions": MANY},
            "at most 50000 objects",
        ),
    ],
)
def test_what_is_too_much_is_told_by_its_name(shape: type[Any], body: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        decoded(msgspec.json.encode(body), shape)
    assert len(str(refusal.value)) < 1_000


def test_documents_are_judged_elsewhere() -> None:
    document = {"many": MANY, "long": LONG}
    assert decoded(msgspec.json.encode({"variables": document}), JobCompletion).variables
    assert decoded(msgspec.json.encode({"errorMessage": LONG}), JobFailure).error_message == LONG
