"""A job as it comes from the wire."""

from decimal import Decimal

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


def test_a_number_longer_than_python_reads_is_exact_beside_all_others() -> None:
    digits = f"-1{'0' * 4_000}2{'0' * 1_000}"
    job = read_job(
        gateway.ActivatedJob(
            key=1, variables=f'{{"long":{digits},"half":0.5,"huge":1e400,"list":[{digits}]}}'
        )
    )
    long = -(10**5_001 + 2 * 10**1_000)
    assert job.variables == {"long": long, "half": 0.5, "huge": Decimal("1e400"), "list": [long]}
    assert isinstance(job.variables["half"], float)


def test_a_number_longer_than_any_of_the_engine_is_a_decimal() -> None:
    digits = "7" * 7_000
    assert read_job(gateway.ActivatedJob(key=1, variables=f'{{"n":{digits}}}')).variables == {
        "n": Decimal(digits)
    }


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
