"""Everything that is no event: tasks, sub-processes, gateways, flows, data, artifacts, pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from scripts.what_runs.words import (
    SUBJECT,
    Words,
    definition,
    element,
    extensions,
    file,
    flow,
    named_message,
    path,
    work,
)

START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'


class Question(NamedTuple):
    """An element or mark, the tag that is asked about, and the model of one."""

    name: str
    tag: str
    model: Callable[[Words], bytes]


class Section(NamedTuple):
    """Questions that belong together."""

    title: str
    questions: tuple[Question, ...]


def single(words: Words, subject: str) -> bytes:
    """A process of one element, between its start and its end."""
    return file(words, START + subject + END + path("start", SUBJECT, "end"))


def _alone(subject: Callable[[Words], str]) -> Callable[[Words], bytes]:
    return lambda words: single(words, subject(words))


def _plain(tag: str, inside: str = "", attributes: str = "") -> Callable[[Words], bytes]:
    return _alone(lambda _: element(tag, inside, attributes=attributes))


def _job(tag: str, attributes: str = "", inside: str = "") -> Callable[[Words], bytes]:
    return _alone(lambda words: work(words, SUBJECT, tag, attributes, inside))


def _special(tag: str, pair: Callable[[Words], tuple[str, str]]) -> Callable[[Words], bytes]:
    def subject(words: Words) -> str:
        attributes, inside = pair(words)
        return element(tag, extensions(inside), attributes=attributes)

    return _alone(subject)


def _script(words: Words) -> str:
    if words.name == "zeebe:":
        return element("scriptTask", extensions('<zeebe:script expression="= 1 + 1" resultVariable="sum"/>'))
    return element(
        "scriptTask", "<script>1 + 1</script>", attributes='scriptFormat="feel" camunda:resultVariable="sum"'
    )


TASKS: Final = Section(
    "Tasks",
    (
        Question("task", "task", _plain("task")),
        Question("manual task", "manualTask", _plain("manualTask")),
        Question("service task", "serviceTask", _job("serviceTask")),
        Question("send task", "sendTask", _job("sendTask")),
        Question("receive task", "receiveTask", _plain("receiveTask", attributes='messageRef="m"')),
        Question(
            "receive task that begins an instance",
            "receiveTask",
            lambda words: file(
                words,
                element("receiveTask", attributes='messageRef="m" instantiate="true"')
                + END
                + path(SUBJECT, "end"),
            ),
        ),
        Question("user task", "userTask", _plain("userTask")),
        Question("script task, by a worker", "scriptTask", _job("scriptTask")),
        Question("script task, in FEEL", "scriptTask", _alone(_script)),
        Question("business rule task, by a worker", "businessRuleTask", _job("businessRuleTask")),
        Question(
            "business rule task, by a decision (DMN)",
            "businessRuleTask",
            _special("businessRuleTask", lambda words: words.decision),
        ),
        Question("call activity", "callActivity", _special("callActivity", lambda words: words.called)),
    ),
)

_INNER: Final = '<startEvent id="begin"/><endEvent id="done"/>' + path("begin", "done")


def _event_sub_process(words: Words) -> bytes:
    inner = (
        element("startEvent", definition("timer", words), "begin")
        + '<endEvent id="done"/>'
        + path("begin", "done")
    )
    around = START + work(words) + END + path("start", "work", "end")
    return file(words, around + element("subProcess", inner, attributes='triggeredByEvent="true"'))


SUB_PROCESSES: Final = Section(
    "Sub-processes",
    (
        Question("sub-process", "subProcess", _plain("subProcess", _INNER)),
        Question("event sub-process", "subProcess", _event_sub_process),
        Question("transaction", "transaction", _plain("transaction", _INNER)),
        Question("ad-hoc sub-process", "adHocSubProcess", _plain("adHocSubProcess", '<task id="any"/>')),
        Question(
            "ad-hoc sub-process, one activity after another",
            "adHocSubProcess",
            _plain("adHocSubProcess", '<task id="any"/>', 'ordering="Sequential"'),
        ),
        Question(
            "ad-hoc sub-process, by a worker",
            "adHocSubProcess",
            _job("adHocSubProcess", inside='<task id="any"/>'),
        ),
    ),
)


def _many(words: Words, attributes: str = "") -> str:
    own, inside = words.many
    return f"<multiInstanceLoopCharacteristics {own} {attributes}>{inside}</multiInstanceLoopCharacteristics>"


def _repeated(tag: str, mark: Callable[[Words], str]) -> Callable[[Words], bytes]:
    def subject(words: Words) -> str:
        if tag == "subProcess":
            return element(tag, mark(words) + _INNER)
        attributes, inside = words.called if tag == "callActivity" else words.job(SUBJECT)
        extension = inside if inside.startswith("<extensionElements>") else extensions(inside)
        return element(tag, extension + mark(words), attributes=attributes)

    return _alone(subject)


def _one_by_one(words: Words) -> str:
    return _many(words, 'isSequential="true"')


def _again(_: Words) -> str:
    return '<standardLoopCharacteristics id="loop" loopMaximum="2"/>'


def _handler(words: Words) -> bytes:
    undone = work(words, SUBJECT, attributes='isForCompensation="true"')
    event = element("boundaryEvent", definition("compensation", words), "on", 'attachedToRef="work"')
    joined = f'<association id="a" sourceRef="on" targetRef="{SUBJECT}" associationDirection="One"/>'
    end = element("endEvent", definition("compensation", words), "end")
    return file(words, START + work(words) + event + undone + joined + end + path("start", "work", "end"))


REPEATED: Final = Section(
    "Marks of activities",
    (
        *(
            Question(f"{kind} {name}", mark, _repeated(tag, xml))
            for kind, mark, xml in (
                ("parallel multi-instance", "multiInstanceLoopCharacteristics", _many),
                ("sequential multi-instance", "multiInstanceLoopCharacteristics", _one_by_one),
                ("standard loop of a", "standardLoopCharacteristics", _again),
            )
            for name, tag in (
                ("task", "serviceTask"),
                ("sub-process", "subProcess"),
                ("call activity", "callActivity"),
            )
        ),
        Question("compensation handler", "serviceTask", _handler),
    ),
)


def _conditional(words: Words, source: str, target: str, key: str = "", *, holds: bool = True) -> str:
    condition = words.condition if holds else words.condition.replace("true", "false")
    return flow(source, target, f"<conditionExpression>{condition}</conditionExpression>", key)


def _choosing(tag: str, attributes: str = "") -> Callable[[Words], bytes]:
    def model(words: Words) -> bytes:
        gateway = element(tag, attributes=f'default="{SUBJECT}-other" {attributes}')
        ends = END + '<endEvent id="other"/>'
        return file(
            words,
            START
            + gateway
            + ends
            + path("start", SUBJECT)
            + _conditional(words, SUBJECT, "end")
            + flow(SUBJECT, "other"),
        )

    return model


def _both(words: Words) -> bytes:
    gateways = element("parallelGateway") + element("parallelGateway", key="join")
    branches = work(words, "a") + work(words, "b")
    ways = path("start", SUBJECT, "a", "join", "end") + path(SUBJECT, "b", "join")
    return file(words, START + gateways + branches + END + ways)


def _waiting(
    attributes: str = "", triggers: tuple[str, ...] = ("timer", "message")
) -> Callable[[Words], bytes]:
    def model(words: Words) -> bytes:
        events = "".join(
            element("intermediateCatchEvent", definition(trigger, words), trigger) for trigger in triggers
        )
        ways = "".join(path(SUBJECT, trigger, "end") for trigger in triggers)
        gateway = element("eventBasedGateway", attributes=attributes)
        begin = "" if attributes else START + path("start", SUBJECT)
        return file(words, begin + gateway + events + END + ways)

    return model


def _enough(words: Words) -> bytes:
    condition = f"<activationCondition>{words.condition}</activationCondition>"
    gateways = element("parallelGateway", key="fork") + element("complexGateway", condition)
    tasks = element("task", key="one") + element("task", key="two")
    ways = path("start", "fork", "one", SUBJECT, "end") + path("fork", "two", SUBJECT)
    return file(words, START + gateways + tasks + END + ways)


def _all_messages(words: Words) -> bytes:
    attributes = 'instantiate="true" eventGatewayType="Parallel"'
    received = element("receiveTask", key="received", attributes='messageRef="n"')
    events = element("intermediateCatchEvent", definition("message", words), "message") + received
    ways = path(SUBJECT, "message", "end") + path(SUBJECT, "received", "end")
    gateway = element("eventBasedGateway", attributes=attributes)
    return file(words, gateway + events + END + ways, named_message(words, "n", "N"))


def _awaiting_task(words: Words) -> bytes:
    events = element("receiveTask", key="received", attributes='messageRef="m"')
    timer = element("intermediateCatchEvent", definition("timer", words), "timer")
    ways = path("start", SUBJECT, "received", "end") + path(SUBJECT, "timer", "end")
    return file(words, START + element("eventBasedGateway") + events + timer + END + ways)


GATEWAYS: Final = Section(
    "Gateways",
    (
        Question("exclusive gateway", "exclusiveGateway", _choosing("exclusiveGateway")),
        Question("parallel gateway", "parallelGateway", _both),
        Question("inclusive gateway", "inclusiveGateway", _choosing("inclusiveGateway")),
        Question("complex gateway, which forks", "complexGateway", _choosing("complexGateway")),
        Question("complex gateway, which joins", "complexGateway", _enough),
        Question("event-based gateway, before timers and messages", "eventBasedGateway", _waiting()),
        Question("event-based gateway, before receive tasks", "eventBasedGateway", _awaiting_task),
        Question(
            "event-based gateway, before signals",
            "eventBasedGateway",
            _waiting(triggers=("timer", "signal")),
        ),
        Question(
            "event-based gateway, before conditions",
            "eventBasedGateway",
            _waiting(triggers=("timer", "conditional")),
        ),
        Question(
            "event-based gateway that begins an instance",
            "eventBasedGateway",
            _waiting('instantiate="true"', ("message", "timer")),
        ),
        Question(
            "parallel event-based gateway that begins an instance",
            "eventBasedGateway",
            _all_messages,
        ),
    ),
)


def _out_of_task(words: Words) -> bytes:
    return file(
        words,
        START + work(words) + END + path("start", "work") + _conditional(words, "work", "end", SUBJECT),
    )


def _default_of_task(words: Words) -> bytes:
    task = work(words, attributes=f'default="{SUBJECT}"')
    ends = END + '<endEvent id="other"/>'
    flows = _conditional(words, "work", "other", holds=False) + flow("work", "end", key=SUBJECT)
    return file(words, START + task + ends + path("start", "work") + flows)


def _through_task(words: Words) -> bytes:
    """Two flows out of a task, and two into one."""
    tasks = work(words, SUBJECT) + work(words, "a") + work(words, "b") + work(words, "c")
    return file(
        words, START + tasks + END + path("start", SUBJECT, "a", "c", "end") + path(SUBJECT, "b", "c")
    )


FLOWS: Final = Section(
    "Flows",
    (
        Question("condition on a flow out of a task", "sequenceFlow", _out_of_task),
        Question("default flow out of a task", "sequenceFlow", _default_of_task),
        Question("several flows out of a task, and into one", "sequenceFlow", _through_task),
        Question(
            "message flow between pools",
            "messageFlow",
            lambda words: file(
                words,
                START + END + path("start", "end"),
                '<collaboration id="c0"><participant id="us" processRef="process"/><participant id="them"/>'
                f'<messageFlow id="{SUBJECT}" sourceRef="them" targetRef="us"/></collaboration>',
            ),
        ),
        Question(
            "association",
            "association",
            lambda words: file(
                words,
                START
                + END
                + path("start", "end")
                + '<textAnnotation id="note"><text>why</text></textAnnotation>'
                f'<association id="{SUBJECT}" sourceRef="start" targetRef="note"/>',
            ),
        ),
    ),
)


def _beside(subject: str, before: str = "") -> Callable[[Words], bytes]:
    return lambda words: file(words, before + START + END + path("start", "end") + subject)


def _within_task(inside: str, beside: str = "") -> Callable[[Words], bytes]:
    return lambda words: file(
        words, START + work(words, "work", inside=inside) + END + path("start", "work", "end") + beside
    )


_SPECIFICATION: Final = '<dataInput id="in"/><dataOutput id="out"/><inputSet/><outputSet/>'

DATA: Final = Section(
    "Data, artifacts, pools and lanes",
    (
        Question(
            "pool",
            "participant",
            lambda words: file(
                words,
                START + END + path("start", "end"),
                f'<collaboration id="c0"><participant id="{SUBJECT}" processRef="process"/></collaboration>',
            ),
        ),
        Question(
            "lane",
            "laneSet",
            _beside(
                "",
                f'<laneSet id="lanes"><lane id="{SUBJECT}"><flowNodeRef>start</flowNodeRef></lane></laneSet>',
            ),
        ),
        Question(
            "data object",
            "dataObject",
            _beside(f'<dataObject id="{SUBJECT}"/><dataObjectReference id="r" dataObjectRef="{SUBJECT}"/>'),
        ),
        Question("data store", "dataStoreReference", _beside(element("dataStoreReference"))),
        Question(
            "data input and output of a task",
            "ioSpecification",
            _within_task(f'<ioSpecification id="{SUBJECT}">{_SPECIFICATION}</ioSpecification>'),
        ),
        Question(
            "data association",
            "dataInputAssociation",
            _within_task(
                f'<ioSpecification id="io">{_SPECIFICATION}</ioSpecification>'
                "<dataInputAssociation "
                f'id="{SUBJECT}"><sourceRef>store</sourceRef><targetRef>in</targetRef></dataInputAssociation>',
                element("dataStoreReference", key="store"),
            ),
        ),
        Question("property", "property", _within_task(f'<property id="{SUBJECT}" name="p"/>')),
        Question("text annotation", "textAnnotation", _beside(element("textAnnotation", "<text>why</text>"))),
        Question("group", "group", _beside(element("group"))),
        Question(
            "documentation",
            "documentation",
            _within_task(f'<documentation id="{SUBJECT}">why</documentation>'),
        ),
        Question(
            "performer of a task",
            "potentialOwner",
            _alone(
                lambda words: work(words, SUBJECT, "userTask", inside=element("potentialOwner", key="anna"))
            ),
        ),
    ),
)

SELDOM: Final = Section(
    "Seldom drawn",
    (
        Question("call choreography", "callChoreography", _plain("callChoreography")),
        Question("implicit throw event", "implicitThrowEvent", _plain("implicitThrowEvent")),
        Question("startQuantity other than 1", "startQuantity", _job("serviceTask", 'startQuantity="2"')),
        Question(
            "completionQuantity other than 1",
            "completionQuantity",
            _job("serviceTask", 'completionQuantity="2"'),
        ),
        Question(
            "lane with a partition element",
            "partitionElement",
            lambda words: file(
                words,
                '<laneSet id="lanes"><lane id="l" partitionElementRef="x"/></laneSet>'
                + START
                + work(words, SUBJECT)
                + END
                + path("start", SUBJECT, "end"),
            ),
        ),
    ),
)

SECTIONS: Final = (TASKS, SUB_PROCESSES, REPEATED, GATEWAYS, FLOWS, DATA, SELDOM)
