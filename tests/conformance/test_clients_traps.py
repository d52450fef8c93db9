"""What has tripped up stock clients of other languages, each with a test of its own."""

from __future__ import annotations

from tests.conformance.looking import create, incident_of, state_of
from tests.conformance.stock_client import Order, StockClient, speaking

JOBS = 40


@speaking("create", "activate", "complete")
def test_a_completion_that_comes_twice_is_not_found(client: StockClient, order: Order) -> None:
    """Clients that retry send a command again when its answer was lost; the step must not run twice."""
    instance = create(order.address, order.id)
    job = client.activate(order.pay)
    codes = [client.refusal("complete", jobKey=job["key"], variables={}) for _ in range(2)]
    assert codes == ["OK", "NOT_FOUND"]
    assert int(client.activate(order.ship)["processInstanceKey"]) == instance


@speaking("work")
def test_jobs_that_do_not_fit_into_one_message_come_in_several(client: StockClient, order: Order) -> None:
    """Clients take 4 MB at most."""
    heavy = '{"freight": "' + "x" * 500_000 + '"}'
    created = {create(order.address, order.id, heavy) for _ in range(12)}
    worker = client.open_worker(order.pay, {"do": "complete"})
    assert sorted(client.completed_instances(worker, created)) == sorted(created)


@speaking("work")
def test_a_worker_with_few_places_asks_for_a_few_jobs_at_a_time(client: StockClient, order: Order) -> None:
    created = {create(order.address, order.id) for _ in range(JOBS)}
    worker = client.open_worker(order.pay, {"do": "complete"}, places=3)
    assert sorted(client.completed_instances(worker, created)) == sorted(created)


@speaking("work", "work.stream")
def test_a_job_is_for_the_stream_or_for_the_poll_beside_it(client: StockClient, order: Order) -> None:
    """Workers poll for what was there before, beside their stream; a job must not come on both."""
    created = {create(order.address, order.id) for _ in range(JOBS // 2)}
    worker = client.open_worker(order.pay, {"do": "complete"}, stream=True)
    created |= {create(order.address, order.id) for _ in range(JOBS // 2)}
    assert sorted(client.completed_instances(worker, created)) == sorted(created)


@speaking("deployProcess")
def test_the_older_call_deploys_too(client: StockClient, order: Order) -> None:
    (process,) = order.deploy(client, do="deployProcess")["processes"]
    assert process == order.deployment["processes"][0]


@speaking("create", "work", "throw")
def test_an_error_without_code_is_for_those_who_catch_all(client: StockClient, order: Order) -> None:
    instance = create(order.address, order.id)
    worker = client.open_worker(order.pay, {"do": "throw", "errorCode": "", "errorMessage": ""})
    assert "error" not in client.answered(worker)
    assert state_of(order.address, instance) == "ACTIVE", (
        "nothing of the process catches it, so that it waits with an incident"
    )
    assert incident_of(order.address, instance)
