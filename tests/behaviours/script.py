"""The language of the scripts: one command a line, in the words of the gateway, with element ids and job
types for keys.

# what the behaviour shows
order sequential                      the server's default order of undo (before the first command)
steps 5                               so many elements are entered again in one go (before the first command)
pages of 4                            work is cut after so many events, and goes on with `page` (before the first command)
with discount.dmn                     files that are deployed together with the diagram (before the first command)
start {"a": 1}                        an instance of the diagram's process
start until pay {"a": 1}              it ends after an element; `tagged urgent late` with tags, `as order-7` with a business id
activate book-hotel                   take all jobs of a type, as a worker does
complete book-hotel {"room": 7}       a job by its type or by its element's id; the oldest one that is open
fail book-hotel 2 {"a": 1}            with 2 tries left, and variables; back-off: fail book-hotel 2 after 5s
error book-hotel FULL {"a": 1}        the job ends with a BPMN error
retries book-hotel 3                  give the job tries
set room {"a": 1}                     variables seen from an element; `set-local` for its own scope only
begin team ask book {"a": 1}          activities of an ad-hoc sub-process, with variables each; `begin-instead` of the others
decide team ask book {"a": 1}         its worker lets these begin; `decide-instead` of the others
done team {"a": 1}                    its worker says that it is done, and waits for the rest; `done-at-once` without
claim review ada                      a user task (by its element) is taken by somebody; `assign` overrides
unassign review by ada                nobody has it
update review priority 80 groups a,b users - due 2030-01-31T09:00:00Z follow-up - by ada
do review {"ok": true}                a user task is completed; `do review by ada as approve {…}` names who and how
deny check-result too few             the job of a user task's listener denies what is to become of the task
correct check-result assignee bob     it is completed, with corrections as for `update`, and `assignee`
task-error review FULL {"a": 1}       the task ends with a BPMN error
trigger wait {"a": 1}                 what an element waits for has come, without a message
correlate paid o-1 {"a": 1}           a message for one who waits now, which is refused where nobody does
broadcast alert {"a": 1}              a signal by its name
modify begin pay end ask move a=b {}  tokens of the newest instance, by hand: `begin pay@trip` in the scope of an element, `after pay`,
                                      `inside trip`, `end ask/2` one of them, `move ask=pay`; variables, after `in pay` its own
evaluate {"a": 1}                     the conditions of start events are asked over these variables
resolve room                          the oldest incident of an element
advance 5s                            time passes (ms, s, m, h), and everything comes at its moment
down 5s                               time passes while the server is down; what was due meanwhile comes afterwards
migrate room=suite                    the oldest instance, to the latest version; elements that are told, others proposed
migrate 1 of other losing             to another version, of another process; what would be lost is
migrate told room=suite               as the gateway does: only what is told of has a counterpart
suspend                               the oldest instance; `suspend child`, `suspend definition`, `suspend jobs pay`
resume                                it goes on, likewise
cancel                                the instance; `cancel child` for the newest that another one has called
deploy second/child.bpmn              other files together, or a new version, from the folder of the diagram
delete order                          the latest version of a process, or decision model; `delete order/1 cascade` its first,
                                      and what runs on it is cancelled
page                                  one more page of work that goes on in pages
restart                               everything in memory is forgotten
complete book-hotel/2                 the second of those that are open; likewise for every job or element a line names
refused complete book-hotel           the command is expected to be rejected, with the reason in the trace
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from counterflow import Activate, AdHocResult, Move, TaskListenerResult
from counterflow.kernel.lives.migration import MigrateProcessInstance
from counterflow.kernel.rows import (
    DecisionRequirements,
    ElementInstance,
    Job,
    ProcessDefinition,
    ProcessInstance,
    UserTask,
)
from counterflow.kernel.vocabulary import Command, Rejection
from counterflow.kernel.work.budget import ProcessLimits
from counterflow.kernel.work.pages import GoOn, next_undertaking
from counterflow.model.events import CompensationOrder
from counterflow.testing import Engine

BOOK = Path(__file__).parents[2] / "bpmn" / "behaviours"
"""The diagrams, scripts and traces, a folder for each family."""
UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
}


DEFAULTS = ProcessLimits()


@dataclass(frozen=True)
class Line:
    """One command of a script: its verb, its words, and the JSON object at its end, if there is one."""

    text: str
    verb: str
    words: list[str]
    document: dict[str, Any]
    is_refused: bool


@dataclass(frozen=True)
class Script:
    """A script as read: what the behaviour shows, the default order of undo, what is deployed beside the
    diagram, what one command may do, and the commands.
    """

    story: list[str]
    order: CompensationOrder
    lines: list[Line]
    beside: tuple[str, ...] = ()
    limits: ProcessLimits = DEFAULTS
    page_events: int = 0
    """With how many events a page is full, which is turned by hand; 0 where pages do not matter."""


class PageByPage(Engine):
    """Turns no page by itself."""

    def run(self, command: Command) -> Any:
        """Carry out a command as far as its page goes."""
        return self._run_page(command)

    def turn(self) -> None:
        """One more page of the work that is unfinished."""
        self._run_page(GoOn(undertaking_key=next_undertaking(self._state)))


def engine_for(script: Script) -> Engine:
    """An engine as a script wants it."""
    if not script.page_events:
        return Engine(order=script.order, limits=script.limits)
    return PageByPage(order=script.order, limits=script.limits._replace(page_events=script.page_events))


def diagram_of(script: Path) -> Path:
    """A script's own diagram, or the one it shares: `name.variant.script` plays on `name.bpmn`."""
    own = script.with_suffix(".bpmn")
    return own if own.exists() else script.with_name(script.name.split(".")[0] + ".bpmn")


def read_script(text: str) -> Script:
    """Read a script; a line that cannot be read raises `ValueError` naming it."""
    story: list[str] = []
    lines: list[Line] = []
    order = CompensationOrder.MIRROR
    beside: tuple[str, ...] = ()
    limits, page_events = DEFAULTS, 0
    for raw in text.splitlines():
        if raw.startswith("#"):
            story.append(raw.removeprefix("#").strip())
        elif raw.startswith("order "):
            order = CompensationOrder(raw.split()[1])
        elif raw.startswith("steps "):
            limits = limits._replace(steps=int(raw.split()[1]))
        elif raw.startswith("pages of "):
            page_events = int(raw.split()[2])
        elif raw.startswith("with "):
            beside = tuple(raw.split()[1:])
        elif raw.strip():
            lines.append(_read_line(raw.strip()))
    return Script(story, order, lines, beside, limits, page_events)


def play(engine: Engine, line: Line, folder: Path) -> str:
    """Carry out one line; answers the reason of a rejection that was expected, else nothing.

    Files are read from `folder`.
    """
    if line.verb == "deploy":
        engine.deploy(*(folder / word for word in line.words))
        return ""
    command = COMMANDS[line.verb]
    if not line.is_refused:
        command(engine, line)
        return ""
    try:
        command(engine, line)
    except Rejection as rejection:
        return f"{rejection.type}: {rejection.reason}"
    raise AssertionError(f"expected '{line.text}' to be refused, but it was carried out")


def _read_line(raw: str) -> Line:
    is_refused = raw.startswith("refused ")
    text = raw.removeprefix("refused ")
    head, brace, tail = text.partition("{")
    words = head.split()
    if not words or words[0] not in {*COMMANDS, "deploy"}:
        raise ValueError(
            f"expected a line to begin with deploy or one of {', '.join(COMMANDS)}, but found {raw!r}"
        )
    document = msgspec.json.decode(brace + tail) if brace else {}
    return Line(raw, words[0], words[1:], document, is_refused)


def duration(text: str) -> timedelta:
    """`5s` as a duration."""
    found = re.fullmatch(r"(\d+)(ms|s|m|h)", text)
    if found is None:
        raise ValueError(f"expected a duration such as 5s or 100ms, but found {text!r}")
    return int(found[1]) * UNITS[found[2]]


def _cancel(engine: Engine, line: Line) -> None:
    is_called = line.words == ["child"]
    engine.cancel(
        max(
            row.key
            for row in engine.store.scan(ProcessInstance, {})
            if bool(row.parent_instance_key) == is_called
        )
    )


def _hold(engine: Engine, line: Line, verb: Callable[..., int]) -> None:
    what = line.words[0] if line.words else ""
    if what == "jobs":
        verb(job_type=line.words[1])
    elif what == "definition":
        verb(definition_key=engine.store.scan(ProcessDefinition, {})[-1].key)
    else:
        active = engine.store.scan(ProcessInstance, {"state": "active"})
        verb(active[-1 if what == "child" else 0].key)


def _migrate(engine: Engine, line: Line) -> None:
    """The oldest active instance that nobody has called; `child` is the newest that somebody has."""
    called = [
        row for row in engine.store.scan(ProcessInstance, {"state": "active"}) if row.parent_instance_key
    ]
    mappings = dict(word.split("=") for word in line.words if "=" in word)
    version = next((int(word) for word in line.words if word.isdecimal()), -1)
    other = line.words[line.words.index("of") + 1] if "of" in line.words else ""
    roots = [row for row in engine.store.scan(ProcessInstance, {"state": "active"}) if row not in called]
    key = called[-1].key if "child" in line.words else roots[0].key
    if "told" not in line.words:
        engine.migrate(
            key, version, process_id=other, mappings=mappings, accept_losses="losing" in line.words
        )
        return
    target = engine.plan_migration(key, version, process_id=other).target_definition_key
    engine.run(
        MigrateProcessInstance(
            process_instance_key=key, target_definition_key=target, mappings=tuple(mappings.items())
        )
    )


def _start(engine: Engine, line: Line) -> None:
    """The first process of the file is the diagram's own."""
    how, *names = line.words or [""]
    process_id = names[0] if how == "in" else engine.store.scan(ProcessDefinition, {})[0].bpmn_process_id
    engine.start(
        process_id,
        line.document,
        at=names if how == "at" else (),
        ends_after=names if how == "until" else (),
        tags=names if how == "tagged" else (),
        business_id=names[0] if how == "as" else None,
    )


def _delete(engine: Engine, line: Line) -> None:
    """By its key; by id, the latest that is left, or behind a slash the version, deleted or not."""
    name, _, version = line.words[0].partition("/")
    rows: list[ProcessDefinition | DecisionRequirements] = [
        *engine.store.scan(ProcessDefinition, {"bpmn_process_id": name}),
        *engine.store.scan(DecisionRequirements, {"requirements_id": name}),
    ]
    left = [row.version for row in rows if row.deleted_at_ms is None]
    wanted = int(version) if version else max(left, default=1)
    key = int(name) if name.isdecimal() else next(row.key for row in rows if row.version == wanted)
    engine.delete(key, cascade="cascade" in line.words)


def _publish(engine: Engine, line: Line) -> None:
    options = dict(zip(line.words[2::2], line.words[3::2], strict=True))
    key = _correlation_key(engine, line.words[1])
    live = duration(options.get("for", "0s"))
    engine.publish(line.words[0], key, line.document, time_to_live=live, message_id=options.get("id", ""))


def _correlation_key(engine: Engine, word: str) -> str:
    """`-` is none; `@2` the key of the second process instance that is there."""
    if word.startswith("@"):
        return str(engine.store.scan(ProcessInstance, {})[int(word[1:]) - 1].key)
    return "" if word == "-" else word


def _down(engine: Engine, line: Line) -> None:
    engine.restart()
    engine.now_ms += duration(line.words[0]) // timedelta(milliseconds=1)
    engine.advance()


def _key(engine: Engine, table: type[Job | ElementInstance | UserTask], wanted: str) -> str | int:
    """`room/2` as the key of the second one; a name alone stays as it is."""
    name, _, place = wanted.partition("/")
    if not place:
        return wanted
    rows = [
        row
        for row in engine.store.scan(table, {})
        if name in (row.element_id, row.type if isinstance(row, Job) else "")
    ]
    return rows[int(place) - 1].key


def _job(engine: Engine, line: Line) -> str | int:
    return _key(engine, Job, line.words[0])


def _task(engine: Engine, line: Line) -> str | int:
    return _key(engine, UserTask, line.words[0])


def _said(words: list[str], *names: str) -> dict[str, str]:
    """What follows each of these words; `-` is nothing."""
    said = dict(zip(words[::2], words[1::2], strict=True))
    if unknown := said.keys() - set(names):
        raise ValueError(f"expected {', '.join(names)}, but found {', '.join(unknown)}")
    return {name: "" if word == "-" else word for name, word in said.items()}


def _names(said: dict[str, str], kind: str) -> list[str] | None:
    return [one for one in said[kind].split(",") if one] if kind in said else None


def _deny(engine: Engine, line: Line) -> None:
    result = TaskListenerResult(denied=True, reason=" ".join(line.words[1:]))
    engine.complete(_job(engine, line), result=result)


def _correct(engine: Engine, line: Line) -> None:
    said = _said(line.words[1:], "assignee", "groups", "users", "due", "follow-up", "priority")
    result = TaskListenerResult(
        assignee=said.get("assignee"),
        candidate_groups=_names(said, "groups"),
        candidate_users=_names(said, "users"),
        due_date=said.get("due"),
        follow_up_date=said.get("follow-up"),
        priority=int(said["priority"]) if "priority" in said else None,
    )
    engine.complete(_job(engine, line), line.document, result=result)


def _update(engine: Engine, line: Line) -> None:
    said = _said(line.words[1:], "groups", "users", "due", "follow-up", "priority", "by")
    engine.update_user_task(
        _task(engine, line),
        groups=_names(said, "groups"),
        users=_names(said, "users"),
        due_date=said.get("due"),
        follow_up_date=said.get("follow-up"),
        priority=int(said["priority"]) if "priority" in said else None,
        by=said.get("by", ""),
    )


def _do(engine: Engine, line: Line) -> None:
    said = _said(line.words[1:], "by", "as")
    engine.complete_user_task(
        _task(engine, line), line.document, by=said.get("by", ""), action=said.get("as", "")
    )


def _fail(engine: Engine, line: Line) -> None:
    job, retries, *rest = line.words
    back_off = duration(rest[1]) if rest[:1] == ["after"] else timedelta()
    engine.fail(
        _job(engine, line),
        retries=int(retries),
        back_off=back_off,
        message=f"{job} failed",
        variables=line.document,
    )


def _set(engine: Engine, line: Line, *, local: bool = False) -> None:
    engine.set_variables(_key(engine, ElementInstance, line.words[0]), line.document, local=local)


def _begin(engine: Engine, line: Line, *, instead: bool = False) -> None:
    scope = _key(engine, ElementInstance, line.words[0])
    activities = [(name, line.document) for name in line.words[1:]]
    engine.activate_activities(scope, activities, cancel_remaining=instead)


def _decide(engine: Engine, line: Line, *, cancels: bool, is_done: bool) -> None:
    """What is done has the document for itself, what begins has it in each activation."""
    begins = [(name, line.document) for name in line.words[1:]]
    result = AdHocResult(begins, is_done, cancels)
    engine.complete(_job(engine, line), None if begins else line.document, result=result)


def _modify(engine: Engine, line: Line) -> None:
    """Words are read in twos: what is to be done, and with which element."""
    activate: list[Activate] = []
    terminate: list[int | str] = []
    moves: list[Move] = []
    own = next((name for what, name in _twos(line.words) if what == "in"), "")
    for what, name in _twos(line.words):
        is_own = own == name.rpartition("=")[2].partition("@")[0]
        given, local = ({}, line.document) if is_own else (line.document, {})
        if what in KINDS:
            element, _, ancestor = name.partition("@")
            scope = _row_key(engine, ancestor) if ancestor else 0
            activate.append(Activate(element, scope, KINDS[what], given, local))
        elif what == "end":
            terminate.append(_row_key(engine, name) if "/" in name else name)
        elif what.startswith("move"):
            source, _, target = name.partition("=")
            named = _row_key(engine, source) if "/" in source else source
            moves.append(Move(named, target, MOVES[what], 0, given, local))
    instances = engine.store.scan(ProcessInstance, {})
    is_called = line.words[:1] == ["child"]
    newest = max(row.key for row in instances if bool(row.parent_instance_key) == is_called)
    engine.modify(newest, activate=activate, terminate=terminate, move=moves)


KINDS = {"begin": "before", "after": "after", "inside": "inside"}
MOVES = {"move": "inferred", "move-beside": "sourceParent"}


def _twos(words: list[str]) -> list[tuple[str, str]]:
    words = words[1:] if words[:1] == ["child"] else words
    return list(zip(words[::2], words[1::2], strict=True))


def _row_key(engine: Engine, wanted: str) -> int:
    """The key of an element instance: `room/2` of the second one, of the first where no place is said."""
    key = _key(engine, ElementInstance, wanted if "/" in wanted else f"{wanted}/1")
    if not isinstance(key, int):
        raise TypeError(f"expected the place of an element instance, as in room/2, but found {wanted!r}")
    return key


COMMANDS: dict[str, Callable[[Engine, Line], None]] = {
    "start": _start,
    "activate": lambda engine, line: _discard(engine.activate(line.words[0])),
    "complete": lambda engine, line: engine.complete(_job(engine, line), line.document),
    "fail": _fail,
    "error": lambda engine, line: engine.throw_error(
        _job(engine, line), line.words[1] if line.words[1:] else "", "", line.document
    ),
    "retries": lambda engine, line: engine.update_retries(_job(engine, line), int(line.words[1])),
    "set": _set,
    "set-local": lambda engine, line: _set(engine, line, local=True),
    "claim": lambda engine, line: engine.claim(_task(engine, line), line.words[1]),
    "assign": lambda engine, line: engine.assign(
        _task(engine, line), line.words[1], by=_said(line.words[2:], "by").get("by", "")
    ),
    "unassign": lambda engine, line: engine.unassign(
        _task(engine, line), by=_said(line.words[1:], "by").get("by", "")
    ),
    "update": _update,
    "deny": _deny,
    "correct": _correct,
    "do": _do,
    "task-error": lambda engine, line: engine.throw_user_task_error(
        _task(engine, line), line.words[1], "", line.document
    ),
    "resolve": lambda engine, line: engine.resolve(line.words[0]),
    "advance": lambda engine, line: engine.advance(duration(line.words[0])),
    "cancel": _cancel,
    "migrate": _migrate,
    "suspend": lambda engine, line: _hold(engine, line, engine.suspend),
    "resume": lambda engine, line: _hold(engine, line, engine.resume),
    "down": _down,
    "delete": _delete,
    "publish": _publish,
    "correlate": lambda engine, line: _discard(
        engine.correlate(line.words[0], _correlation_key(engine, line.words[1]), line.document)
    ),
    "trigger": lambda engine, line: engine.trigger(
        _key(engine, ElementInstance, line.words[0]), line.document
    ),
    "broadcast": lambda engine, line: _discard(engine.broadcast(line.words[0], line.document)),
    "begin": _begin,
    "begin-instead": lambda engine, line: _begin(engine, line, instead=True),
    "decide": lambda engine, line: _decide(engine, line, cancels=False, is_done=False),
    "decide-instead": lambda engine, line: _decide(engine, line, cancels=True, is_done=False),
    "done": lambda engine, line: _decide(engine, line, cancels=False, is_done=True),
    "done-at-once": lambda engine, line: _decide(engine, line, cancels=True, is_done=True),
    "modify": _modify,
    "evaluate": lambda engine, line: _discard(engine.evaluate_conditional(line.document)),
    "page": lambda engine, _: _turn(engine),
    "restart": lambda engine, _: engine.restart(),
}


def _turn(engine: Engine) -> None:
    if not isinstance(engine, PageByPage):
        raise TypeError("expected the script to say 'pages of …' before its first command")
    engine.turn()


def _discard(_: object) -> None:
    """A script looks at the trace, not at answers."""
