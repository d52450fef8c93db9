"""A job as it comes from the wire."""

import msgspec
import pytest

from counterflow_wire import gateway
from counterflow_worker.job import Job, read_job

ON_THE_WIRE = gateway.ActivatedJob(
    key=7,
    type="book-hotel",
    processInstanceKey=6,
    bpmnProcessId="trip",
    processDefinitionVersion=2,
    processDefinitionKey=5,
    elementId="BookHotel",
    elementInstanceKey=8,
    customHeaders='{"vendor":"X"}',
    worker="w1",
    retries=3,
    deadline=1_700_000_000_000,
    variables='{"card":"4111","big":1180591620717411303424}',
    tenantId="<default>",
)


def test_every_field_is_read() -> None:
    assert read_job(ON_THE_WIRE) == Job(
        key=7,
        type="book-hotel",
        process_instance_key=6,
        bpmn_process_id="trip",
        process_definition_version=2,
        process_definition_key=5,
        element_id="BookHotel",
        element_instance_key=8,
        worker="w1",
        retries=3,
        deadline_ms=1_700_000_000_000,
        tenant_id="<default>",
        headers_json='{"vendor":"X"}',
        variables_json='{"card":"4111","big":1180591620717411303424}',
    )


def test_variables_and_headers_are_decoded_once_and_keep_big_integers() -> None:
    job = read_job(ON_THE_WIRE)
    assert job.variables == {"card": "4111", "big": 2**70}
    assert job.headers == {"vendor": "X"}
    assert job.variables is job.variables


def test_empty_texts_are_empty_objects() -> None:
    job = read_job(gateway.ActivatedJob(key=1))
    assert (job.variables, job.headers) == ({}, {})


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"a":}'])
def test_text_that_is_no_object_is_told_when_it_is_asked_for(text: str) -> None:
    job = read_job(gateway.ActivatedJob(key=1, variables=text, customHeaders=text))
    with pytest.raises(msgspec.DecodeError):
        _ = job.variables
    with pytest.raises(msgspec.DecodeError):
        _ = job.headers


def test_printed_job_shows_neither_variables_nor_headers() -> None:
    assert repr(read_job(ON_THE_WIRE)) == "<Job 7 book-hotel at BookHotel of trip 6>"
