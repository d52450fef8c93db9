"""The commands of the gateway, the wrong ones above all: what each side answers, as a gRPC status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase

import grpc.aio

from counterflow_wire import gateway
from tests.conformance.zeebe_oracle.adapt import BPMN
from tests.conformance.zeebe_oracle.ask import BEHAVIOURS, Pair
from tests.conformance.zeebe_oracle.compare import compare
from tests.conformance.zeebe_oracle.play import Seen
from tests.conformance.zeebe_oracle.report import Outcome
from tests.conformance.zeebe_oracle.side import Refused, Side, canonical

TASK = BEHAVIOURS / "jobs" / "fail.bpmn"
WAIT = BEHAVIOURS / "messages" / "catch.bpmn"
MESSAGE_START = BEHAVIOURS / "starts" / "message.bpmn"
UNKNOWN = 2**51 + 2**40
"""A key of the first partition that is far from being given out."""
NO_PARTITION = 5
HUGE = 2**31 - 1


class Asked:
    """One family of commands on one side: each command is a line, its status the answer."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.seen: list[Seen] = []

    async def answer(self, line: str, call: Awaitable[object]) -> object:
        """Give a command; answers what it answers, or None."""
        status, details, answer = "OK", "", None
        try:
            answer = await call
        except Refused as refused:
            status, details = refused.status, refused.details
        except grpc.aio.AioRpcError as error:
            status, details = error.code().name, error.details() or ""
        self.seen.append(Seen(line, status, details))
        await self.side.settle()
        return answer

    async def look(self) -> None:
        """What the last command has left: instances with their states."""
        view = await self.side.view()
        self.seen[-1].elements += [f"{instance.process_id}: {instance.state}" for instance in view.instances]

    async def job(self, job_type: str = "pack") -> int:
        """The key of the job there is, taken."""
        taken = await self.side.take(job_type)
        return taken[-1].key

    async def started(self) -> int:
        """A new instance of the process with one task; its key."""
        (process,) = await self.side.deploy(TASK.name, TASK.read_bytes())
        key = await self.side.start(process.bpmnProcessId, "{}")
        await self.side.settle()
        return key


async def jobs(asked: Asked) -> None:
    """Complete, fail, throw, update: unknown, twice, with numbers that are none."""
    side, stub = asked.side, asked.side.stub
    for key, name in ((UNKNOWN, "unknown"), (NO_PARTITION, "of no partition"), (0, "0"), (-1, "-1")):
        await asked.answer(f"complete a job {name}", side.complete(key, "{}"))
        await asked.answer(f"fail a job {name}", side.fail(key, 1, 0, "{}"))
        await asked.answer(f"throw from a job {name}", side.throw_error(key, "E", "{}"))
        await asked.answer(f"give tries to a job {name}", side.update_retries(key, 1))
        await asked.answer(f"give time to a job {name}", stub.UpdateJobTimeout(gateway.UpdateJobTimeoutRequest(jobKey=key, timeout=1)))
    await asked.started()
    untaken = (await side.view()).jobs[0].key
    more_time = gateway.UpdateJobTimeoutRequest(jobKey=untaken, timeout=1)
    await asked.answer("give time to a job that nobody has", stub.UpdateJobTimeout(more_time))
    key = await asked.job()
    await asked.answer("give time, -1 ms", stub.UpdateJobTimeout(gateway.UpdateJobTimeoutRequest(jobKey=key, timeout=-1)))
    for retries in (0, -1):
        await asked.answer(f"give {retries} tries", side.update_retries(key, retries))
    for document in ("[]", "1", "null", "{", "", " ", '{"a": 1} {"b": 2}', '{"a": 1, "a": 2}'):
        await asked.answer(f"fail with variables {document!r}", side.fail(key, 1, 0, document))
        await side.take("pack")
    await asked.answer("complete with variables '[]'", side.complete(key, "[]"))
    await asked.answer("throw with variables 'x'", side.throw_error(key, "E", "x"))
    await asked.answer("fail, -1 tries", side.fail(key, -1, 0, "{}"))
    await asked.answer("complete a job without tries", side.complete(key, "{}"))
    await asked.answer("fail a job without tries", side.fail(key, 1, 0, "{}"))
    await asked.answer("throw from a job without tries", side.throw_error(key, "E", "{}"))
    await asked.answer("give 2 tries", side.update_retries(key, 2))
    incident = (await side.view()).incidents[0].key
    await asked.answer("resolve its incident", side.resolve(incident))
    await asked.answer("resolve it twice", side.resolve(incident))
    key = await asked.job()
    await asked.answer("fail, back-off -1 ms", side.fail(key, 1, -1, "{}"))
    key = (await side.view()).jobs[0].key
    await asked.answer("complete it", side.complete(key, "{}"))
    await asked.answer("complete it twice", side.complete(key, "{}"))
    await asked.answer("fail it when done", side.fail(key, 1, 0, "{}"))
    await asked.started()
    key = await asked.job()
    await asked.answer("throw what nothing catches", side.throw_error(key, "NOBODY", "{}"))
    await asked.answer("throw it twice", side.throw_error(key, "NOBODY", "{}"))
    await asked.answer("complete it after the error", side.complete(key, "{}"))
    await asked.answer("fail it after the error", side.fail(key, 1, 0, "{}"))


async def polls(asked: Asked) -> None:
    """ActivateJobs with what is no type, time, worker or number."""
    await asked.started()
    polled: dict[str, dict[str, object]] = {
        "without a type": {"type": ""},
        "with a blank type": {"type": " "},
        "without a worker": {"worker": ""},
        "with no time": {"timeout": 0},
        "with negative time": {"timeout": -1},
        "for no jobs": {"maxJobsToActivate": 0},
        "for -1 jobs": {"maxJobsToActivate": -1},
        "for very many jobs": {"maxJobsToActivate": HUGE},
        "of a type that nobody has": {"type": "nobody"},
    }
    for line, fields in polled.items():
        await asked.answer(f"poll {line}", _poll(asked.side, fields))


async def _poll(side: Side, changes: dict[str, object]) -> None:
    fields: dict[str, object] = {"type": "pack", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": -1}
    async for _ in side.stub.ActivateJobs(gateway.ActivateJobsRequest(**(fields | changes))):  # type: ignore[arg-type]  # each of its own type
        pass


async def instances(asked: Asked) -> None:
    """Create, cancel, set variables, resolve: unknown, twice, ended."""
    side, stub = asked.side, asked.side.stub
    await asked.answer("start an unknown process", side.start("nobody-knows", "{}"))
    await asked.answer("start no process", side.start("", "{}"))
    key = await asked.started()
    process_id = TASK.stem
    for version in (7, 0, -2):
        await asked.answer(f"start version {version}", side.start(process_id, "{}", version=version))
    for document in ("[]", "x", "null", "", " "):
        await asked.answer(f"start with variables {document!r}", side.start(process_id, document))
    unknown = gateway.CreateProcessInstanceRequest(processDefinitionKey=UNKNOWN)
    await asked.answer("start an unknown definition", stub.CreateProcessInstance(unknown))
    await asked.answer("start at an unknown element", side.start(process_id, "{}", ("nowhere",)))
    await asked.answer("start at the start event", side.start(process_id, "{}", ("start",)))
    await asked.answer("start at the end event", side.start(process_id, "{}", ("end",)))
    await asked.answer("start at a flow", side.start(process_id, "{}", ("start-to-pack",)))
    await asked.answer("start at an element twice", side.start(process_id, "{}", ("pack", "pack")))
    for local in (False, True):
        await asked.answer(f"set variables, local {local}", side.set_variables(key, '{"a": 1}', local=local))
        await asked.answer(f"set variables of an unknown element, local {local}", side.set_variables(UNKNOWN, "{}", local=local))
        await asked.answer(f"set variables that are none, local {local}", side.set_variables(key, "[1]", local=local))
        await asked.answer(f"set no variables, local {local}", side.set_variables(key, "", local=local))
    await asked.answer("set variables of key 0", side.set_variables(0, "{}", local=False))
    for resolved, name in ((UNKNOWN, "unknown"), (NO_PARTITION, "of no partition"), (key, "that is an instance")):
        await asked.answer(f"resolve an incident {name}", side.resolve(resolved))
        await asked.answer(f"cancel an instance {name}", side.cancel(resolved))
    await asked.answer("cancel it twice", side.cancel(key))
    await asked.answer("set variables of an ended instance", side.set_variables(key, "{}", local=False))
    other = await asked.started()
    element = next(found.key for found in (await side.view()).elements if found.instance_key == other and found.element_id == "pack")
    await asked.answer("cancel an element", side.cancel(element))
    await asked.answer("set variables of an element", side.set_variables(element, '{"a": 1}', local=True))
    await side.cancel(other)
    await asked.answer("set variables of an ended element", side.set_variables(element, "{}", local=False))


async def messages(asked: Asked) -> None:
    """Publish without a name or key, twice, with odd times to live."""
    side = asked.side
    await side.deploy(WAIT.name, WAIT.read_bytes())
    await asked.answer("publish", side.publish("paid", "o", "{}"))
    await asked.answer("publish without a key", side.publish("paid", "", "{}"))
    await asked.answer("publish without a name", side.publish("", "o", "{}"))
    await asked.answer("publish with a blank name", side.publish("  ", "o", "{}"))
    await asked.answer("publish for -1 ms", side.publish("paid", "o", "{}", -1))
    await asked.answer("publish with an id", side.publish("paid", "o", "{}", 60_000, "m1"))
    await asked.answer("publish with the same id", side.publish("paid", "o", "{}", 60_000, "m1"))
    await asked.answer("publish with the same id for another key", side.publish("paid", "o2", "{}", 60_000, "m1"))
    await asked.answer("publish with an id at once", side.publish("paid", "o", "{}", 0, "m2"))
    await asked.answer("publish with the same id at once", side.publish("paid", "o", "{}", 0, "m2"))
    await asked.answer("publish with variables '[]'", side.publish("paid", "o", "[]"))
    await side.publish("ordered", "o-7", "{}", 60_000)
    await asked.answer("deploy a start event for a message that waits", side.deploy(MESSAGE_START.name, MESSAGE_START.read_bytes()))
    await asked.look()
    await asked.answer("publish one more for it", side.publish("ordered", "o-7", "{}"))
    await asked.look()
    await asked.answer("start by hand what a message starts", side.start(MESSAGE_START.stem, "{}"))


async def deployments(asked: Asked) -> None:
    """Nothing, what is no diagram, the same again, and one process twice."""
    side, stub = asked.side, asked.side.stub
    diagram = TASK.read_bytes()
    await asked.answer("deploy nothing", stub.DeployResource(gateway.DeployResourceRequest()))
    await asked.answer("deploy an empty file", side.deploy("a.bpmn", b""))
    await asked.answer("deploy what is no XML", side.deploy("a.bpmn", b"no"))
    await asked.answer("deploy a picture", side.deploy("a.png", b"\x89PNG"))
    await asked.answer("deploy without a name", side.deploy("", diagram))
    await asked.answer("deploy", side.deploy("a.bpmn", diagram))
    await asked.answer("deploy the same again", side.deploy("a.bpmn", diagram))
    await asked.answer("deploy it under another name", side.deploy("b.bpmn", diagram))
    for line, catches in TWO_CATCHES.items():
        await asked.answer(f"deploy {line}", side.deploy("two.bpmn", _two_catches(*catches)))
    twice = [gateway.Resource(name=name, content=diagram) for name in ("a.bpmn", "b.bpmn")]
    await asked.answer("deploy one process twice at once", stub.DeployResource(gateway.DeployResourceRequest(resources=twice)))


TWO_CATCHES = {
    "one message on two borders that interrupt": (True, True),
    "one message on two borders, one of which interrupts": (True, False),
    "one message on two borders that do not interrupt": (False, False),
}


def _two_catches(*interrupting: bool) -> bytes:
    events = "".join(
        f'<boundaryEvent id="on-{number}" attachedToRef="wait" cancelActivity="{str(does).lower()}"><outgoing>to-{number}</outgoing>'
        f'<messageEventDefinition id="definition-{number}" messageRef="stop"/></boundaryEvent><endEvent id="end-{number}"/>'
        f'<sequenceFlow id="to-{number}" sourceRef="on-{number}" targetRef="end-{number}"/>'
        for number, does in enumerate(interrupting)
    )
    return (
        f'<definitions xmlns="{BPMN.strip("{}")}" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">'
        '<process id="two-catches" isExecutable="true"><startEvent id="start"/><serviceTask id="wait"><extensionElements>'
        '<zeebe:taskDefinition type="wait"/></extensionElements></serviceTask><sequenceFlow id="go" sourceRef="start" targetRef="wait"/>'
        f'{events}</process><message id="stop" name="stop"><extensionElements><zeebe:subscription correlationKey="= order"/>'
        "</extensionElements></message></definitions>"
    ).encode()


async def results(asked: Asked) -> None:
    """CreateProcessInstanceWithResult: answered at the end, named variables only, refused, or too late."""
    side, stub = asked.side, asked.side.stub
    ends = BEHAVIOURS / "tasks" / "script.bpmn"
    (process,) = await side.deploy(ends.name, ends.read_bytes())
    for fetch in ([], ["a"], ["missing"]):
        create = gateway.CreateProcessInstanceRequest(bpmnProcessId=process.bpmnProcessId, version=-1, variables='{"a": 1, "price": 2}')
        request = gateway.CreateProcessInstanceWithResultRequest(request=create, requestTimeout=10_000, fetchVariables=fetch)
        answer = await asked.answer(f"await a result, fetching {fetch}", stub.CreateProcessInstanceWithResult(request))
        if isinstance(answer, gateway.CreateProcessInstanceWithResultResponse):
            asked.seen[-1].variables.append(canonical(answer.variables))
    unknown = gateway.CreateProcessInstanceRequest(bpmnProcessId="nobody-knows", version=-1)
    request = gateway.CreateProcessInstanceWithResultRequest(request=unknown, requestTimeout=10_000)
    await asked.answer("await the result of an unknown process", stub.CreateProcessInstanceWithResult(request))


FAMILIES: dict[str, Callable[[Asked], Awaitable[None]]] = {
    f"commands/{family.__name__}": family for family in (jobs, polls, instances, messages, deployments, results)
}


async def ask_commands(outcome: Outcome, pair: Pair, globs: list[str]) -> None:
    """Every family, put to both."""
    for name, family in FAMILIES.items():
        if globs and not any(fnmatchcase(name, glob) for glob in globs):
            continue
        async with pair() as sides:
            asked = [Asked(side) for side in sides]
            for one in asked:
                await family(one)
            outcome.add(name, compare(name, *(one.seen for one in asked)))
