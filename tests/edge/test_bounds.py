"""Names and lists of every request are bounded before anybody quotes or keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from counterflow.edge.bounds import ENTRIES, NAME_LENGTH
from counterflow.edge.grpc.bounds import bounds_of
from counterflow.edge.grpc.status import DETAILS_BYTES, fit
from counterflow.service.refusals import Invalid
from counterflow_wire import WireMethod, counterflow_v1, gateway

LONG = "ü\n" * NAME_LENGTH


@pytest.mark.parametrize(
    "rpc", [*gateway.METHODS.values(), *counterflow_v1.METHODS.values()], ids=lambda rpc: rpc.name
)
def test_an_empty_request_is_within_bounds(rpc: WireMethod) -> None:
    bounds_of(rpc.request)(rpc.request())


@pytest.mark.parametrize(
    "request_, words",
    [
        (gateway.CreateProcessInstanceRequest(bpmnProcessId=LONG), "bpmnProcessId to have at most 32768"),
        (gateway.PublishMessageRequest(correlationKey=LONG), "correlationKey to have at most"),
        (
            gateway.ActivateJobsRequest(fetchVariable=[""] * (ENTRIES + 1)),
            "fetchVariable to have at most 10000 entries",
        ),
        (
            counterflow_v1.ActivateAdHocSubProcessActivitiesRequest(
                activities=[counterflow_v1.AdHocActivity()] * 101
            ),
            "activities to have at most 100 entries",
        ),
        (
            gateway.CompleteJobRequest(
                result=gateway.JobResult(activateElements=[gateway.JobResultActivateElement()] * 101)
            ),
            "activateElements to have at most 100 entries",
        ),
        (
            gateway.CreateProcessInstanceRequest(
                startInstructions=[gateway.ProcessInstanceCreationStartInstruction(elementId=LONG)]
            ),
            "elementId to have at most",
        ),
        (
            gateway.CreateProcessInstanceWithResultRequest(
                request=gateway.CreateProcessInstanceRequest(tenantId=LONG)
            ),
            "tenantId to have at most",
        ),
        (gateway.DeployResourceRequest(resources=[gateway.Resource(name=LONG)]), "name to have at most"),
        (counterflow_v1.ListJobsRequest(type=LONG), "type to have at most"),
    ],
)
def test_what_is_too_long_is_told_by_its_name_and_its_beginning(request_: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        bounds_of(type(request_))(request_)
    assert len(str(refusal.value)) < 1_000


@pytest.mark.parametrize(
    "rpc", [*gateway.METHODS.values(), *counterflow_v1.METHODS.values()], ids=lambda rpc: rpc.name
)
def test_documents_are_no_names(rpc: WireMethod) -> None:
    """Whatever is called a document, directly in a request or in what it lists."""
    request = rpc.request()
    for field in rpc.request.DESCRIPTOR.fields:
        inside = field.message_type.fields if field.message_type is not None else ()
        if _is_document(field.name):
            setattr(request, field.name, LONG)
        for part in inside:
            here = getattr(request, field.name)
            if _is_document(part.name):
                setattr(here.add() if hasattr(here, "add") else here, part.name, LONG)
    bounds_of(rpc.request)(request)


def _is_document(name: str) -> bool:
    return name in {"variables", "variable_json"} or name.endswith("_json")


def test_contents_are_bounded_elsewhere() -> None:
    bounds_of(gateway.FailJobRequest)(gateway.FailJobRequest(errorMessage=LONG, variables=LONG))


@pytest.mark.parametrize("text", ["x" * 4_000_000, "ü" * 2_000_000, "line\n" * 500_000, "\n" * 1_000_000])
def test_details_are_cut_before_they_are_encoded(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    longest = 0

    def quoted(part: str, errors: str) -> str:
        nonlocal longest
        longest = max(longest, len(part))
        return part

    monkeypatch.setattr("counterflow.edge.grpc.status.quote", quoted)
    assert len(fit(text)) <= DETAILS_BYTES
    assert longest <= DETAILS_BYTES
