"""Stock clients of other languages against a real server: what each of them can do, and how it is told what
went wrong.
"""

from __future__ import annotations

import json

from tests.conformance.looking import incident_of, state_of, user_task_of
from tests.conformance.stock_client import PLENTY_MS, Language, Order, StockClient, speaking, working


@speaking()
def test_a_client_is_what_it_declares(client: StockClient, language: Language) -> None:
    assert (client.told["library"], client.told["version"]) == (language.library, language.version)
    assert frozenset(client.told["operations"]) == language.operations


@speaking("topology")
def test_topology(client: StockClient, language: Language) -> None:
    assert client.ask("topology") == {
        "clusterSize": 1,
        "partitionsCount": 1,
        "gatewayVersion": {"grpc": "8.6.0", "http": "8.9.0"}[language.door],
        "partitions": [{"partitionId": 1, "role": "LEADER", "health": "HEALTHY"}],
    }


@speaking("deploy")
def test_the_same_file_is_deployed_once(client: StockClient, order: Order) -> None:
    first, second = order.deploy(client), order.deploy(client)
    (process,) = first["processes"]
    assert process == order.deployment["processes"][0] == second["processes"][0]
    assert (process["bpmnProcessId"], process["version"], process["resourceName"]) == (
        order.id,
        1,
        f"{order.id}.bpmn",
    )
    assert int(process["processDefinitionKey"]) >= 2**51


@speaking("deploy")
def test_a_model_that_cannot_run_is_refused(client: StockClient) -> None:
    assert client.refusal("deploy", name="broken.bpmn", content="<no-model/>") == "INVALID_ARGUMENT"


@speaking("create", "activate", "complete")
def test_a_job_brings_all_it_should(client: StockClient, order: Order) -> None:
    created = client.ask(
        "create", bpmnProcessId=order.id, variables={"number": 1, "text": "ä€😀", "list": [1, {"deep": None}]}
    )
    assert (created["bpmnProcessId"], created["version"]) == (order.id, 1)
    job = client.activate(order.pay)
    told = {
        name: job[name]
        for name in ("type", "bpmnProcessId", "processDefinitionVersion", "elementId", "worker", "retries")
    }
    assert told == {
        "type": order.pay,
        "bpmnProcessId": order.id,
        "processDefinitionVersion": 1,
        "elementId": "pay",
        "worker": "by-hand",
        "retries": 3,
    }
    assert job["processInstanceKey"] == created["processInstanceKey"]
    assert job["processDefinitionKey"] == created["processDefinitionKey"]
    assert job["customHeaders"] == {"currency": "EUR"}
    assert job["variables"] == {"number": 1, "text": "ä€😀", "list": [1, {"deep": None}]}
    client.ask("complete", jobKey=job["key"], variables={"paid": 7})
    ship = client.activate(order.ship)
    assert ship["variables"]["paid"] == 7
    client.ask("complete", jobKey=ship["key"])
    assert state_of(order.address, int(created["processInstanceKey"])) == "COMPLETED"


@speaking("activate.fetchVariables")
def test_only_the_named_variables_are_fetched(client: StockClient, order: Order) -> None:
    client.ask("create", bpmnProcessId=order.id, variables={"wanted": 1, "secret": 2})
    assert client.activate(order.pay, fetchVariables=["wanted", "absent"])["variables"] == {"wanted": 1}


@speaking("create", "create.definitionKey")
def test_an_instance_of_a_definition_by_its_key(client: StockClient, order: Order) -> None:
    definition = order.deployment["processes"][0]["processDefinitionKey"]
    created = client.ask("create", processDefinitionKey=definition)
    assert (created["bpmnProcessId"], created["processDefinitionKey"]) == (order.id, definition)


@speaking("create", "work")
def test_an_instance_begins_at_a_chosen_element(client: StockClient, order: Order) -> None:
    created = client.ask("create", bpmnProcessId=order.id, startBefore=["ship"])
    job = client.activate(order.ship)
    assert job["processInstanceKey"] == created["processInstanceKey"]
    assert client.refusal("create", bpmnProcessId=order.id, startBefore=["nowhere"]) == "INVALID_ARGUMENT"


@working("createWithResult")
def test_work_by_poll_and_by_stream(client: StockClient, order: Order, stream: bool) -> None:
    workers = [
        client.open_worker(order.pay, {"do": "complete", "variables": {"paid": 10}}, stream=stream),
        client.open_worker(order.ship, {"do": "complete", "variables": {"parcel": "P-10"}}, stream=stream),
    ]
    begun = [
        client.begin(
            "createWithResult", bpmnProcessId=order.id, requestTimeout=20_000, variables={"number": n}
        )
        for n in range(10)
    ]
    results = [client.finish(answer)["variables"] for answer in begun]
    assert sorted(results, key=json.dumps) == [{"number": n, "paid": 10, "parcel": "P-10"} for n in range(10)]
    for worker in workers:
        events = [client.event(worker) for _ in range(20)]
        assert len({event["job"]["key"] for event in events if event["event"] == "job"}) == 10
        assert not [event for event in events if "error" in event]


@speaking("createWithResult", "work")
def test_a_result_has_the_variables_that_were_asked_for(client: StockClient, order: Order) -> None:
    for job_type in (order.pay, order.ship):
        client.open_worker(job_type, {"do": "complete", "variables": {"done": job_type}})
    named = {"requestTimeout": 20_000, "fetchVariables": ["done"], "variables": {"number": 1}}
    assert client.ask("createWithResult", bpmnProcessId=order.id, **named)["variables"] == {
        "done": order.ship
    }


@speaking("createWithResult", "createWithResult.ends")
def test_a_result_that_is_late(client: StockClient, order: Order) -> None:
    assert (
        client.refusal("createWithResult", bpmnProcessId=order.id, requestTimeout=200) == "DEADLINE_EXCEEDED"
    )


@speaking("create", "work", "fail")
def test_a_job_that_fails_is_tried_again_after_its_back_off(client: StockClient, order: Order) -> None:
    client.ask("create", bpmnProcessId=order.id)
    failing = [
        {"do": "fail", "retries": left, "retryBackOff": 20, "errorMessage": "no connection"}
        for left in (2, 1)
    ]
    worker = client.open_worker(order.pay, *failing, {"do": "complete"})
    jobs = [client.job(worker) for _ in range(3)]
    assert [job["retries"] for job in jobs] == [3, 2, 1]
    assert len({job["key"] for job in jobs}) == 1
    assert "error" not in client.answered(worker)


@speaking("create", "activate", "fail", "fail.variables")
def test_a_failure_leaves_variables_at_its_task(client: StockClient, order: Order) -> None:
    client.ask("create", bpmnProcessId=order.id)
    job = client.activate(order.pay)
    client.ask("fail", jobKey=job["key"], retries=1, errorMessage="not now", variables={"attempt": 1})
    again = client.activate(order.pay)
    assert (again["key"], again["variables"]) == (job["key"], {"attempt": 1})


@speaking("create", "work", "throw", "throw.variables")
def test_a_business_error_takes_the_other_way_with_its_variables(client: StockClient, order: Order) -> None:
    client.ask("create", bpmnProcessId=order.id)
    client.open_worker(
        order.pay,
        {"do": "throw", "errorCode": "sold-out", "errorMessage": "none left", "variables": {"left": 0}},
    )
    worker = client.open_worker(order.apologise, {"do": "complete"})
    assert client.job(worker)["variables"] == {"left": 0}
    assert "error" not in client.answered(worker)


@speaking("create", "activate", "updateTimeout")
def test_a_deadline_can_be_moved(client: StockClient, order: Order) -> None:
    client.ask("create", bpmnProcessId=order.id)
    job = client.activate(order.pay)
    client.ask("updateTimeout", jobKey=job["key"], timeout=1)
    again = client.activate(order.pay)
    assert (again["key"], again["retries"]) == (job["key"], 3)


@speaking("create", "activate", "fail", "updateRetries", "setVariables", "resolveIncident")
def test_an_incident_is_repaired(client: StockClient, order: Order) -> None:
    created = client.ask("create", bpmnProcessId=order.id, variables={"amount": 0})
    instance = created["processInstanceKey"]
    job = client.activate(order.pay)
    client.ask("fail", jobKey=job["key"], retries=0, errorMessage="no amount")
    incident = incident_of(order.address, int(instance))
    client.ask("updateRetries", jobKey=job["key"], retries=2)
    client.ask("setVariables", elementInstanceKey=instance, variables={"amount": 7}, local=False)
    client.ask("resolveIncident", incidentKey=str(incident))
    again = client.activate(order.pay)
    assert (again["key"], again["retries"], again["variables"]) == (job["key"], 2, {"amount": 7})


@speaking("create", "activate", "cancel")
def test_a_cancelled_instance_takes_its_jobs_with_it(client: StockClient, order: Order) -> None:
    created = client.ask("create", bpmnProcessId=order.id)
    job = client.activate(order.pay)
    client.ask("cancel", processInstanceKey=created["processInstanceKey"])
    assert state_of(order.address, int(created["processInstanceKey"])) == "TERMINATED"
    assert client.refusal("complete", jobKey=job["key"]) == "NOT_FOUND"
    assert client.refusal("cancel", processInstanceKey=created["processInstanceKey"]) == "NOT_FOUND"


@speaking("create", "activate", "complete", "fail", "throw", "cancel")
def test_mistakes_have_their_codes(client: StockClient, order: Order) -> None:
    instance = client.ask("create", bpmnProcessId=order.id)["processInstanceKey"]
    backing_off = client.activate(order.pay)["key"]
    client.ask("fail", jobKey=backing_off, retries=1, retryBackOff=PLENTY_MS, errorMessage="later")
    codes = {
        "complete_backing_off": client.refusal("complete", jobKey=backing_off),
        "complete_gone": client.refusal("complete", jobKey=instance),
        "fail_gone": client.refusal("fail", jobKey=instance, retries=1, retryBackOff=0, errorMessage=""),
        "throw_gone": client.refusal("throw", jobKey=instance, errorCode="x", errorMessage=""),
        "create_unknown": client.refusal("create", bpmnProcessId="there-is-no-such-process"),
        "create_unknown_version": client.refusal("create", bpmnProcessId=order.id, version=7),
    }
    assert codes == {
        "complete_backing_off": "FAILED_PRECONDITION",
        "complete_gone": "NOT_FOUND",
        "fail_gone": "NOT_FOUND",
        "throw_gone": "NOT_FOUND",
        "create_unknown": "NOT_FOUND",
        "create_unknown_version": "NOT_FOUND",
    }


@speaking("activate", "activate.ends")
def test_polls_that_find_nothing_or_make_no_sense_end(client: StockClient) -> None:
    poll = {"worker": "by-hand", "timeout": PLENTY_MS, "maxJobs": 1, "requestTimeout": 2_000}
    assert client.ask("activate", type="nobody-makes-such-jobs", **poll) == {"jobs": []}
    assert client.refusal("activate", type="", **poll) == "INVALID_ARGUMENT"


@speaking("updateRetries")
def test_retries_of_a_job_that_is_gone(client: StockClient) -> None:
    assert client.refusal("updateRetries", jobKey="2251799813685249", retries=1) == "NOT_FOUND"


@speaking("resolveIncident", "setVariables")
def test_repairs_of_what_is_gone(client: StockClient) -> None:
    assert client.refusal("resolveIncident", incidentKey="2251799813685249") == "NOT_FOUND"
    assert (
        client.refusal("setVariables", elementInstanceKey="2251799813685249", variables={}, local=True)
        == "NOT_FOUND"
    )


@speaking("publish", "createWithResult")
def test_messages_are_received_kept_and_told_apart(client: StockClient, order: Order) -> None:
    order.deploy(client, "messages.bpmn")
    name = f"{order.id}-paid"
    waiting = client.begin(
        "createWithResult", bpmnProcessId=order.id, requestTimeout=20_000, variables={"order": "o-1"}
    )
    message = {"name": name, "timeToLive": PLENTY_MS}
    first = client.ask("publish", **message, correlationKey="o-1", variables={"amount": 7})
    later = client.ask("publish", **message, correlationKey="o-2", messageId="m-2", variables={"amount": 8})
    assert client.finish(waiting)["variables"] == {"order": "o-1", "amount": 7}
    assert (
        client.refusal("publish", **message, correlationKey="o-2", messageId="m-2", variables={})
        == "ALREADY_EXISTS"
    )
    kept = client.ask(
        "createWithResult", bpmnProcessId=order.id, requestTimeout=20_000, variables={"order": "o-2"}
    )
    assert kept["variables"] == {"order": "o-2", "amount": 8}
    assert int(first["key"]) < int(later["key"])


@speaking("broadcast")
def test_a_signal_for_nobody(client: StockClient) -> None:
    client.ask("broadcast", signalName="alarm", variables={"level": 7})
    assert client.refusal("broadcast", signalName=" ", variables={}) == "INVALID_ARGUMENT"


@speaking("modify", "activate", "complete")
def test_a_token_is_moved_by_hand(client: StockClient, order: Order) -> None:
    instance = client.ask("create", bpmnProcessId=order.id)["processInstanceKey"]
    pay = client.activate(order.pay)
    ended = [pay["elementInstanceKey"]]
    client.ask("modify", processInstanceKey=instance, activate=["ship"], terminate=ended)
    assert client.refusal("complete", jobKey=pay["key"]) == "NOT_FOUND"
    client.ask("complete", jobKey=client.activate(order.ship)["key"])
    assert state_of(order.address, int(instance)) == "COMPLETED"
    assert (
        client.refusal("modify", processInstanceKey=instance, activate=["ship"], terminate=[]) == "NOT_FOUND"
    )


@speaking("migrate")
def test_an_instance_is_migrated(client: StockClient, order: Order) -> None:
    instance = client.ask("create", bpmnProcessId=order.id)["processInstanceKey"]
    target = order.deployment["processes"][0]["processDefinitionKey"]
    request = {
        "processInstanceKey": instance,
        "targetProcessDefinitionKey": target,
        "mapping": {"pay": "pay"},
    }
    client.ask("migrate", **request)
    nowhere = {**request, "targetProcessDefinitionKey": instance}
    assert client.refusal("migrate", **nowhere) == "NOT_FOUND"


@speaking("deleteResource", "create")
def test_a_process_is_deleted(client: StockClient, order: Order) -> None:
    key = order.deployment["processes"][0]["processDefinitionKey"]
    client.ask("deleteResource", resourceKey=key)
    assert client.refusal("create", bpmnProcessId=order.id) == "NOT_FOUND"
    assert client.refusal("deleteResource", resourceKey=key) == "NOT_FOUND"


@speaking("deploy", "evaluateDecision")
def test_a_decision_is_evaluated(client: StockClient, order: Order) -> None:
    (deployed,) = order.deploy(client, "discount.dmn")["decisions"]
    assert (deployed["decisionId"], deployed["version"]) == (order.id, 1)
    assert client.ask("evaluateDecision", decisionId=order.id, variables={"amount": 100}) == {
        "decisionId": order.id,
        "decisionVersion": 1,
        "decisionOutput": 10,
        "matchedRules": ["large"],
        "failedDecisionId": "",
        "failureMessage": "",
    }
    failed = client.ask("evaluateDecision", decisionId=order.id, variables={"amount": 1_001})
    assert (failed["failedDecisionId"], failed["decisionOutput"]) == (order.id, None)
    assert "UNIQUE" in failed["failureMessage"]
    assert (
        client.refusal("evaluateDecision", decisionId="there-is-no-such-decision", variables={})
        == "INVALID_ARGUMENT"
    )


@speaking("assignTask", "completeTask")
def test_a_user_task_is_claimed_and_done(client: StockClient) -> None:
    order = Order("claimed-and-done", client.address)
    order.deploy(client, "user_task.bpmn")
    instance = client.ask("create", bpmnProcessId=order.id)["processInstanceKey"]
    task = str(user_task_of(client.address, int(instance)))
    client.ask("assignTask", userTaskKey=task, assignee="ann", allowOverride=False)
    taken = client.refusal("assignTask", userTaskKey=task, assignee="bob", allowOverride=False)
    assert taken == "FAILED_PRECONDITION"
    client.ask("completeTask", userTaskKey=task, variables={"approved": True})
    assert client.refusal("completeTask", userTaskKey=task, variables={}) == "NOT_FOUND"
    assert state_of(client.address, int(instance)) == "COMPLETED"
