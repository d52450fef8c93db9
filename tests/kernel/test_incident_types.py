"""Every reason for an incident: raised, repaired as it says, resolved, and the instance goes on.

The table covers each `raise_incident` of the kernel by what it says; a new type, or a new place, has to be
added.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from counterflow.kernel.lives.deployments import DeployResources
from counterflow.kernel.lives.job_delivery import HoldJob
from counterflow.kernel.lives.jobs import UpdateJobRetries
from counterflow.kernel.lives.quarantine import QuarantineInstance, ReleaseInstance
from counterflow.kernel.lives.user_task_commands import CompleteUserTask
from counterflow.kernel.lives.variables import SetVariables
from counterflow.kernel.rows import Incident, Job, ProcessInstance, UserTask
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.held import IncidentType
from counterflow.kernel.work.incidents import ResolveIncident
from counterflow.service.resources import File, read_files
from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    element,
    end,
    extensions,
    flow,
    gateway,
    model,
    path,
    service,
    start,
    sub_process,
    timer,
)
from tests.kernel.bench import ONE_TASK, Bench, document
from tests.kernel.incident_models import calling, looped, mapping, script, task, through

Do = Callable[[Bench], None]


class Case(NamedTuple):
    """How an incident comes about, what it is to say (in this order), and what mends it."""

    error_type: str
    content: bytes
    provoke: Do
    says: tuple[str, ...]
    repair: Do
    limits: ProcessLimits = ProcessLimits()


def create(**variables: object) -> Do:
    def provoke(bench: Bench) -> None:
        bench.create(**variables)

    return provoke


def set_variables(**values: object) -> Do:
    """Set them in the process instance that the incident is about, as seen from the element."""

    def repair(bench: Bench) -> None:
        bench.do(
            SetVariables(
                element_instance_key=bench.incident().element_instance_key, variables=document(**values)
            )
        )

    return repair


def nothing(bench: Bench) -> None:
    """Resolving is enough."""


def give_retries(bench: Bench) -> None:
    (job,) = bench.rows(Job)
    bench.do(UpdateJobRetries(job_key=job.key, retries=1))


def fails(bench: Bench) -> None:
    bench.create()
    bench.fail("work", retries=0, message="no boxes")


def listener_fails(bench: Bench) -> None:
    """The work is done; what is told of its end is not."""
    bench.create()
    bench.complete("work")
    bench.fail("work", retries=0, message="no boxes")


LISTENER = element(
    "zeebe:executionListeners", element("zeebe:executionListener", eventType="end", type="work")
)

LISTENED = through(
    element(
        "userTask",
        extensions(
            element("zeebe:userTask"),
            element("zeebe:taskListeners", element("zeebe:taskListener", eventType="creating", type="work")),
        ),
        id="held",
    )
)


def throws(bench: Bench) -> None:
    bench.create()
    bench.throw_error("work", "A")


def completes(**variables: object) -> Do:
    def provoke(bench: Bench) -> None:
        bench.create(**variables)
        bench.complete("work")

    return provoke


def takes(bench: Bench) -> None:
    bench.create(big="b" * 5_000)
    assert bench.activate("work") == []


def is_not_delivered(bench: Bench) -> None:
    bench.create()
    (job,) = bench.activate("work")
    assert bench.do(HoldJob(job_key=job.key, deadline_ms=job.deadline_ms)) is True


def shrink(bench: Bench) -> None:
    (instance,) = bench.rows(ProcessInstance)
    bench.do(SetVariables(element_instance_key=instance.key, variables=document(big="")))
    give_retries(bench)


def deploy_called(bench: Bench) -> None:
    bench.deploy(ONE_TASK.replace(b'id="process"', b'id="called"').replace(b'type="pack"', b'type="work"'))


THROWN = model(start(), end("held", catch_error("A")), path("start", "held"))


def deploy_form(bench: Bench) -> None:
    file = File("review.form", b'{"id": "review"}')
    bench.do(DeployResources(resources=read_files([file]).resources))


def deploy_and_name(bench: Bench) -> None:
    deploy_called(bench)
    set_variables(which="called")(bench)


WAITING = through(catch("held", timer(text="= duration(wait)")))
RECEIVING = through(catch("held", catch_message("order")))
CHOOSING = model(start(), gateway("held"), end(), path("start", "held"), flow("held", "end", "= n > 5"))
ENDLESS = model(
    start(), gateway("again", default="again_turn"), element("task", id="turn"), end(),
    path("start", "again"), flow("again", "turn"), flow("again", "end", "= stop"), path("turn", "again"),
)  # fmt: skip
COMPUTED = model(
    start(), sub_process("order", start("in"), end("held", catch_error("A")), path("in", "held")), end(), path("start", "order", "end"),
    boundary("caught", "order", catch_error("B")), end("mended"), path("caught", "mended"),
).replace(b'errorCode="A"', b'errorCode="= code"')  # fmt: skip
SCRIPT = script("= assert(a, a != null)", "b")
CONDITIONAL = looped().replace(
    b"</multiInstance", b"<completionCondition>= enough</completionCondition></multiInstance"
)

CASES: dict[str, Case] = {
    "job failed": Case("JOB_NO_RETRIES", task(), fails, ("no boxes",), give_retries),
    "listener failed": Case(
        "EXECUTION_LISTENER_NO_RETRIES",
        task("work", "3", LISTENER),
        listener_fails,
        ("no boxes",),
        give_retries,
    ),
    "task listener failed": Case("TASK_LISTENER_NO_RETRIES", LISTENED, fails, ("no boxes",), give_retries),
    "job error": Case(
        "UNHANDLED_ERROR_EVENT",
        task(),
        throws,
        ("Expected something to catch", "'A'", "'held'", "found no", "resolve the incident"),
        give_retries,
    ),
    "error end event": Case(
        "UNHANDLED_ERROR_EVENT",
        THROWN,
        create(),
        ("Expected something to catch", "'A'", "'held'", "found no", "resolve the incident"),
        nothing,
    ),
    "error code": Case(
        "EXTRACT_VALUE_ERROR",
        COMPUTED,
        create(code=7),
        ("Expected the error code '=code' of 'held' to be a non-empty string, but it is 7", "resolve"),
        set_variables(code="B"),
    ),
    "error code, failing": Case(
        "EXTRACT_VALUE_ERROR",
        COMPUTED.replace(b"= code", b"= assert(code, code != null)"),
        create(),
        ("Expected the error code", "'held'", "assert", "resolve"),
        set_variables(code="B"),
    ),
    "message name": Case(
        "EXTRACT_VALUE_ERROR",
        RECEIVING.replace(b'name="order"', b'name="= what"'),
        create(key="k", what=5),
        ("Expected the message name '=what' of 'held' to be a non-empty string, but it is 5", "resolve"),
        set_variables(what="order"),
    ),
    "job type": Case(
        "EXTRACT_VALUE_ERROR",
        task("= kind"),
        create(),
        ("Expected the job type '=kind' of 'held'", "null", "resolve"),
        set_variables(kind="work"),
    ),
    "job type, failing": Case(
        "EXTRACT_VALUE_ERROR",
        task("= assert(kind, kind != null)"),
        create(),
        ("Expected the job type", "'held'", "assert", "resolve"),
        set_variables(kind="work"),
    ),
    "job retries": Case(
        "EXTRACT_VALUE_ERROR",
        task("work", "= tries"),
        create(tries=0),
        ("Expected the job retries '=tries' of 'held' to be a whole number from 1", "it is 0", "resolve"),
        set_variables(tries=2),
    ),
    "job retries, failing": Case(
        "EXTRACT_VALUE_ERROR",
        task("work", "= assert(tries, tries != null)"),
        create(),
        ("Expected the job retries", "'held'", "assert", "resolve"),
        set_variables(tries=2),
    ),
    "input": Case(
        "IO_MAPPING_ERROR",
        mapping("input"),
        create(),
        ("Expected '=assert(a", "'b'", "input mapping of 'held'", "resolve"),
        set_variables(a=1),
    ),
    "output": Case(
        "IO_MAPPING_ERROR",
        mapping("output"),
        completes(),
        ("Expected '=assert(a", "'b'", "output mapping of 'held'", "resolve"),
        set_variables(a=1),
    ),
    "script": Case(
        "EXTRACT_VALUE_ERROR",
        SCRIPT,
        create(),
        ("Expected '=assert(a", "'b'", "script task 'held'", "resolve"),
        set_variables(a=1),
    ),
    "condition": Case(
        "EXTRACT_VALUE_ERROR",
        CHOOSING,
        create(),
        ("Expected the condition '=n > 5'", "'held_end'", "null", "resolve"),
        set_variables(n=6),
    ),
    "no flow": Case(
        "CONDITION_ERROR",
        CHOOSING,
        create(n=3),
        ("Expected one of the conditions of 'held'", "n > 5", "resolve"),
        set_variables(n=6),
    ),
    "timer": Case(
        "EXTRACT_VALUE_ERROR",
        WAITING,
        create(),
        ("Expected the timer's duration", "null", "'held'", "resolve"),
        set_variables(wait="PT1M"),
    ),
    "correlation key": Case(
        "EXTRACT_VALUE_ERROR",
        RECEIVING,
        create(),
        ("Expected the correlation key '=key' of 'held'", "null", "resolve"),
        set_variables(key="k"),
    ),
    "collection": Case(
        "EXTRACT_VALUE_ERROR",
        looped(),
        create(items=3.5),
        ("Expected the collection '=items' of 'held'", "it is 3.5", "resolve"),
        set_variables(items=[1]),
    ),
    "collection, failing": Case(
        "EXTRACT_VALUE_ERROR",
        looped("= assert(items, items != null)"),
        create(),
        ("Expected the collection", "'held'", "assert", "resolve"),
        set_variables(items=[1]),
    ),
    "output element": Case(
        "EXTRACT_VALUE_ERROR",
        looped(outputCollection="all", outputElement="= assert(a, a != null)"),
        completes(items=[1]),
        ("Expected '=assert(a", "'all'", "output element of 'held'", "resolve"),
        set_variables(a=1),
    ),
    "completion condition": Case(
        "EXTRACT_VALUE_ERROR",
        CONDITIONAL,
        completes(items=[1, 2]),
        ("Expected the completion condition '=enough' of 'held'", "null", "resolve"),
        set_variables(enough=True),
    ),
    "no such process": Case(
        "CALLED_ELEMENT_ERROR",
        calling("called"),
        create(),
        ("Expected 'held' to call process 'called'", "no such process", "resolve"),
        deploy_called,
    ),
    "process id": Case(
        "EXTRACT_VALUE_ERROR",
        calling("= which"),
        create(),
        ("Expected the called process '=which' of 'held'", "null", "resolve"),
        deploy_and_name,
    ),
    "no such form": Case(
        "FORM_NOT_FOUND",
        through(
            element(
                "userTask",
                extensions(element("zeebe:userTask"), element("zeebe:formDefinition", formId="= which")),
                id="held",
            )
        ),
        create(which="review"),
        ("'held'", "form 'review'", "no such form is deployed"),
        deploy_form,
    ),
    "loop without a wait": Case(
        "STEP_LIMIT_EXCEEDED",
        ENDLESS,
        create(stop=False),
        ("Expected to enter at most 20", "'", "Resolve the incident"),
        set_variables(stop=True),
        ProcessLimits(steps=20),
    ),
    "job too large": Case(
        "MESSAGE_SIZE_EXCEEDED",
        task(),
        takes,
        ("Expected job", "4000 bytes", "resolve this incident"),
        shrink,
        ProcessLimits(message_bytes=4_000),
    ),
    "job undeliverable": Case(
        "JOB_NOT_DELIVERABLE",
        task(),
        is_not_delivered,
        ("Expected job", "'held'", "does not", "resolve this incident"),
        give_retries,
    ),
    "no room": Case(
        "IO_MAPPING_ERROR",
        script("= full", "copy"),
        create(full="f" * 120),
        ("Expected the variables of scope", "at most 200 bytes", "'held'", "resolve"),
        set_variables(copy=""),
        ProcessLimits(variable_bytes=200),
    ),
}
STILL_HELD = {"error end event"}
"""Nothing in the instance can mend these: resolved they are told again, until the instance is cancelled."""
OF_DECISIONS = {"CALLED_DECISION_ERROR", "DECISION_EVALUATION_ERROR"}
OF_QUARANTINE = {"CATCHER_QUARANTINED"}
"""Told in the tests of the business rule task."""


@pytest.mark.parametrize("name", CASES)
def test_an_incident_says_what_to_do_and_that_helps(name: str) -> None:
    case = CASES[name]
    bench = Bench(case.content, limits=case.limits)
    case.provoke(bench)
    incident = bench.incident()
    assert incident.error_type == case.error_type
    place = 0
    for words in case.says:
        place = incident.message.find(words, place)
        assert place >= 0, f"{words!r} is missing in: {incident.message}"
    if not incident.job_key:
        bench.do(ResolveIncident(incident_key=incident.key))
    case.repair(bench)
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    if name in STILL_HELD:
        assert bench.incident().key > incident.key
        return
    assert bench.rows(Incident) == []
    goes_on(bench)
    assert {row.state for row in bench.rows(ProcessInstance)} == {"completed"}


def goes_on(bench: Bench) -> None:
    """Do whatever is left to do."""
    bench.wait(60_000)
    bench.publish("order", "k")
    while bench.rows(Job):
        bench.complete("work")
    for open_task in bench.rows(UserTask):
        bench.do(CompleteUserTask(user_task_key=open_task.key, variables={}))


def test_every_type_has_its_case() -> None:
    assert set(IncidentType) - OF_DECISIONS - OF_QUARANTINE == {case.error_type for case in CASES.values()}


def test_an_error_for_a_caller_that_is_set_aside_waits() -> None:
    caller = model(
        *(
            start(),
            element(
                "callActivity", extensions(element("zeebe:calledElement", processId="called")), id="call"
            ),
            end(),
        ),
        *(
            path("start", "call", "end"),
            boundary("caught", "call", catch_error("A")),
            end("mended"),
            path("caught", "mended"),
        ),
    )
    called = model(
        start(),
        service("work"),
        end("held", catch_error("A")),
        path("start", "work", "held"),
        process_id="called",
    )
    bench = Bench(caller, called)
    instance = bench.create()
    bench.do(QuarantineInstance(process_instance_key=instance.key, reason="a fault"))
    bench.complete("work")
    assert "is quarantined; release that one, then resolve the incident" in bench.incident().message
    bench.do(ReleaseInstance(process_instance_key=instance.key))
    bench.do(ResolveIncident(incident_key=bench.incident().key))
    assert sorted(row.state for row in bench.rows(ProcessInstance)) == ["completed", "terminated"]
