"""Trees as they are drawn, character by character."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from counterflow.cli.drawing import DRAWN_TRIES, draw, draw_timeline
from counterflow.edge.grpc.counterflow_v1.to_wire import tree
from counterflow.kernel.lives.quarantine import QuarantineInstance
from counterflow.kernel.rows import ProcessInstance
from counterflow.queries.incidents import list_incidents
from counterflow.queries.instances import process_instance
from counterflow.testing import Engine
from counterflow_wire import counterflow_v1 as wire
from tests.cli.models import CALLING, EACH, PAYMENT, REMINDED
from tests.queries.models import GUARDED, HEARING, JOINED, PAID, TRIP, engine_with
from tests.queries.story.test_waits import STARTED
from tests.queries.test_decisions import SIZE, SIZED


def drawn(engine: Engine, key: int, *, active_only: bool = False) -> str:
    """The drawing on a wide page without colours, lines stripped of what follows them; keys count from the
    instance's own.
    """
    page = io.StringIO()
    answer = tree(process_instance(engine.store, key, active_only=active_only))
    Console(file=page, width=160, color_system=None, highlight=False).print(draw(answer, engine.now_ms))
    text = "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"
    for number in range(99, -2, -1):
        text = text.replace(str(key + number), f"K{number:+}")
    return text


def timeline_lines(engine: Engine, key: int) -> list[str]:
    """The timeline below its heading, keys as they are."""
    page = io.StringIO()
    Console(file=page, width=160, color_system=None).print(
        draw_timeline(tree(process_instance(engine.store, key)), engine.now_ms)
    )
    return [line.strip() for line in page.getvalue().splitlines()[1:] if line.strip()]


def booked() -> tuple[Engine, int]:
    """Hotel and car are booked, each in a second and a half; their undo begins."""
    engine = engine_with(TRIP)
    key = engine.start("trip", {"days": 3})
    for job in ("book-hotel", "book-car"):
        engine.advance(seconds=1.5)
        engine.complete(job)
    return engine, key


def test_a_running_instance() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip", {"days": 3})
    engine.activate("book-hotel", worker="anna")
    engine.advance(minutes=2)
    assert drawn(engine, key) == (
        "● trip version 1  K+0  active, 2 m 0 s  started 2023-11-14 22:13:20.000Z\n"
        "├── days = 3\n"
        "├── ✓ start  0 ms\n"
        "└── ● Book hotel  2 m 0 s  active  book-hotel\n"
        "    └── job K+3 book-hotel  activated, 1 retry, worker anna, due in 3 m 0 s\n"
    )


def test_decisions_with_their_inputs_rules_and_outputs() -> None:
    engine = Engine()
    engine.deploy_contents({"sized.bpmn": SIZED, "size.dmn": SIZE})
    key = engine.start("sized", {"n": 4})
    engine.set_variables(key, {"n": 9})
    engine.resolve("decide")
    broken = "the hit policy UNIQUE allows one matching rule; found rules 1, 2"
    assert drawn(engine, key) == (
        "✓ sized version 1  K+0  completed, 0 ms  started 2023-11-14 22:13:20.000Z\n"
        "├── n = 9\n"
        '├── size = "large"\n'
        "├── ✓ start  0 ms\n"
        "├── ✓ decide  0 ms\n"
        f"│   ├── ▦ size version 1 → failed: decision 'size': {broken}\n"
        f"│   │   ├── ⚠ {broken}: it is null\n"
        "│   │   └── size n = 4 → rules 1, 2 → null\n"
        '│   ├── ▦ size version 1 → "large"\n'
        '│   │   └── size n = 9 → rule 2 → "large"\n'
        "│   └── incident K+4 DECISION_EVALUATION_ERROR  resolved after 0 ms  Expected decision 'size' (version 1) of 'decide' to give a "
        "result, but it\n"
        "│       failed: decision 'size': …\n"
        "└── ✓ end  0 ms\n"
    )


def test_compensation_under_way() -> None:
    engine, key = booked()
    engine.advance(seconds=0.2)
    assert drawn(engine, key) == (
        "● trip version 1  K+0  active, 3.2 s  started 2023-11-14 22:13:20.000Z\n"
        "├── days = 3\n"
        "├── ✓ start  0 ms\n"
        "├── ✓ Book hotel  1.5 s  book-hotel  ↶ waits to be undone\n"
        "├── ✓ Book car  1.5 s  book-car  ↶ being undone by Cancel car (1st)\n"
        "├── ● Undo all  200 ms  active  undo\n"
        "└── ● Cancel car  200 ms  active  cancel-car  ↶ undoes Book car\n"
        "    └── job K+10 cancel-car  activatable, 1 retry\n"
    )


def test_everything_is_undone() -> None:
    engine, key = booked()
    engine.complete("cancel-car")
    engine.complete("cancel-hotel")
    assert drawn(engine, key) == (
        "✓ trip version 1  K+0  completed, 3.0 s  started 2023-11-14 22:13:20.000Z\n"
        "├── days = 3\n"
        "├── ✓ start  0 ms\n"
        "├── ✓ Book hotel  1.5 s  book-hotel  ↶ undone by Cancel hotel (2nd)\n"
        "├── ✓ Book car  1.5 s  book-car  ↶ undone by Cancel car (1st)\n"
        "├── ✓ Undo all  0 ms  undo\n"
        "├── ✓ Cancel car  0 ms  cancel-car  ↶ undoes Book car\n"
        "├── ✓ Cancel hotel  0 ms  cancel-hotel  ↶ undoes Book hotel\n"
        "└── ✓ end  0 ms\n"
    )


def test_an_error_that_swept_a_sub_process_away() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", PAID)
    engine.complete("reserve")
    engine.throw_error("charge", "REFUSED", "no money")
    assert drawn(engine, key) == (
        "✓ guarded version 1  K+0  completed, 0 ms  started 2023-11-14 22:13:20.000Z\n"
        '├── kind = "charge"\n'
        "├── total = 12\n"
        "├── ✓ start  0 ms\n"
        "├── ✗ Inside  0 ms  terminated by Card refused, error REFUSED: no money  inside\n"
        "│   ├── ✓ begin  0 ms\n"
        "│   ├── ✓ Reserve  0 ms  reserve  ↶ can no longer be undone\n"
        "│   └── ✗ Charge  0 ms  terminated  charge\n"
        "│       ├── amount = 12\n"
        "│       └── job K+8 charge  error caught  REFUSED: no money\n"
        "├── ✓ Card refused  0 ms  refused\n"
        "└── ✓ end-refused  0 ms\n"
    )


def test_an_incident_with_its_remedy() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.fail("book-hotel", retries=0, message="no rooms")
    assert drawn(engine, key) == (
        "● trip version 1  K+0  active, 0 ms  started 2023-11-14 22:13:20.000Z\n"
        "├── ✓ start  0 ms\n"
        "└── ● Book hotel  0 ms  active  book-hotel\n"
        "    ├── job K+3 book-hotel  failed, 0 retries  no rooms\n"
        "    └── incident K+4 JOB_NO_RETRIES  no rooms\n"
        "        → Mend what the worker tripped over, then give the job retries and resolve the incident.\n"
        "        counterflow resolve K+4\n"
    )


def test_earlier_tries_and_an_incident_that_was_resolved() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.activate("book-hotel", worker="anna")
    engine.advance(seconds=2)
    engine.fail("book-hotel", retries=1, message="no rooms")
    engine.activate("book-hotel", worker="bert")
    engine.advance(minutes=5)
    engine.fail("book-hotel", retries=0, message="closed")
    lines = [line.strip("│├└─ ") for line in drawn(engine, key).splitlines()]
    assert lines[3:6] == [
        "job K+3 book-hotel  failed, 0 retries, worker bert  closed",
        "✗ failed after 2.0 s, 2023-11-14 22:13:22.000Z, worker anna  no rooms",
        "✗ timed out after 5 m 0 s, 2023-11-14 22:18:22.000Z, worker bert",
    ]
    engine.update_retries("book-hotel", 1)
    engine.resolve("book-hotel")
    engine.complete("book-hotel")
    lines = [line.strip("│├└─ ") for line in drawn(engine, key).splitlines()]
    assert lines[3:7] == [
        "job K+3 book-hotel  completed, worker bert",
        "✗ failed after 2.0 s, 2023-11-14 22:13:22.000Z, worker anna  no rooms",
        "✗ timed out after 5 m 0 s, 2023-11-14 22:18:22.000Z, worker bert",
        "✗ failed, 2023-11-14 22:18:22.000Z  closed",
    ]
    assert "incident K+4 JOB_NO_RETRIES  resolved after 0 ms  closed" in lines


def test_of_many_tries_the_latest_are_drawn() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    for number in range(DRAWN_TRIES + 3):
        engine.fail("book-hotel", retries=9, message=f"failure {number}")
    text = drawn(engine, key)
    assert "… 2 earlier tries" in text
    assert [f"  failure {number}\n" in text for number in (1, 2, DRAWN_TRIES + 2)] == [False, True, True]


def test_who_has_cancelled_an_instance() -> None:
    engine = engine_with(PAYMENT, CALLING)
    key = engine.start("calling")
    child = engine.store.scan(ProcessInstance, {"bpmn_process_id": "payment"})[0].key
    engine.cancel(key)
    assert drawn(engine, key).splitlines()[1] == "cancelled by a caller (CancelProcessInstance)"
    assert "✗ Pay  0 ms  terminated  pay" in drawn(engine, key)
    assert drawn(engine, child).splitlines()[1:3] == [
        "with the call of its caller",
        f"called by process instance {key}",
    ]


@pytest.mark.parametrize(
    "termination,words",
    [
        (
            wire.Termination(cause="CAUSE_TERMINATE_END_EVENT", element_id="stop", element_name="Stop all"),
            "by the end event Stop all",
        ),
        (wire.Termination(cause="CAUSE_EVENT", element_id="too-late"), "by too-late"),
        (wire.Termination(cause="CAUSE_COMPLETION_CONDITION"), "by the completion condition"),
    ],
)
def test_what_has_terminated_an_element(termination: wire.Termination, words: str) -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.cancel(key)
    answer = tree(process_instance(engine.store, key))
    answer.root.children[1].termination.CopyFrom(termination)
    page = io.StringIO()
    Console(file=page, width=160, color_system=None, highlight=False).print(draw(answer, engine.now_ms))
    assert f"✗ Book hotel  0 ms  terminated {words}  book-hotel" in page.getvalue()


def test_what_is_left_out_is_counted() -> None:
    engine, key = booked()
    assert (
        drawn(engine, key, active_only=True).splitlines()[-1]
        == "└── … and 3 element instances that are left out"
    )


def test_an_undo_whose_handler_is_left_out_still_has_its_place() -> None:
    engine, key = booked()
    engine.complete("cancel-car")
    assert "Cancel hotel  0 ms  active  cancel-hotel  ↶ undoes book-hotel" in drawn(
        engine, key, active_only=True
    )


def test_an_undo_that_was_broken_off() -> None:
    engine, key = booked()
    answer = tree(process_instance(engine.store, key))
    answer.undo_records[1].state = wire.UNDO_STATE_USED_UP
    page = io.StringIO()
    Console(file=page, width=160, color_system=None, highlight=False).print(draw(answer, engine.now_ms))
    assert "✓ Book car  1.5 s  book-car  ↶ its undo was broken off\n" in page.getvalue()


def test_what_an_element_waits_for() -> None:
    engine = engine_with(REMINDED)
    key = engine.start("reminded", {"order": "o-1"})
    engine.advance(seconds=7)
    assert drawn(engine, key) == (
        "● reminded version 1  K+0  active, 7.0 s  started 2023-11-14 22:13:20.000Z\n"
        '├── order = "o-1"\n'
        "├── ✓ start  0 ms\n"
        "└── ● Wait for the money  7.0 s  active  paid\n"
        "    ├── ✉ paid / o-1\n"
        "    ├── ⏱ due in 3.0 s, then every PT10S (2 times)  Remind\n"
        "    └── ⏱ due in 23 h 59 m  too-late\n"
    )


def test_of_a_wait_that_is_over_the_message_is_drawn() -> None:
    engine = engine_with(REMINDED)
    key = engine.start("reminded", {"order": "o-1"})
    engine.publish("paid", "o-1")
    assert "⏱" not in drawn(engine, key)
    assert "✉ paid / o-1" not in drawn(engine, key)
    assert "└── ✉ paid K+6 received 2023-11-14 22:13:20.000Z\n" in drawn(engine, key)


def test_the_message_that_has_begun_an_instance_is_drawn_with_its_event() -> None:
    engine = engine_with(STARTED)
    engine.publish("order", "k")
    key = max(entry.process_instance_key for entry in engine.log)
    assert "✉ order K-1 received 2023-11-14 22:13:20.000Z  Ordered\n" in drawn(engine, key)


def test_signals_that_have_come_and_gone_out() -> None:
    engine = engine_with(HEARING)
    key = engine.start("process")
    engine.broadcast("go")
    picture = drawn(engine, key)
    assert "△ go K+4 received 2023-11-14 22:13:20.000Z\n" in picture
    assert "✓ Shout  0 ms  shout\n" in picture
    assert "▲ went K+6 thrown 2023-11-14 22:13:20.000Z\n" in picture
    begun = max(entry.process_instance_key for entry in engine.log)
    assert "├── △ go 2" in drawn(engine, begun)
    assert "received 2023-11-14 22:13:20.000Z  Begun\n" in drawn(engine, begun)


def test_an_endless_wait_that_is_overdue() -> None:
    engine = engine_with(REMINDED.replace(b"R3/PT10S", b"R/PT10S"))
    key = engine.start("reminded", {"order": "o-1"})
    engine.now_ms += 12_000
    assert "⏱ overdue for 2.0 s, then every PT10S  Remind\n" in drawn(engine, key)


def test_a_call_and_the_instance_that_it_called() -> None:
    engine = engine_with(PAYMENT, CALLING)
    key = engine.start("calling")
    child = engine.store.scan(ProcessInstance, {"bpmn_process_id": "payment"})[0].key
    assert drawn(engine, key).splitlines()[-2:] == [
        "└── ● Pay  0 ms  active  pay",
        f"    └── called process instance K+{child - key}",
    ]
    assert drawn(engine, child).splitlines()[1] == f"called by process instance {key}"


def test_the_instances_of_a_multi_instance_activity_are_counted() -> None:
    engine = engine_with(EACH)
    key = engine.start("each", {"rooms": ["a", "b"]})
    engine.complete("book")
    lines = [line.strip("│├└─ ").split("  ") for line in drawn(engine, key).splitlines() if "Book" in line]
    assert [line[0] for line in lines] == ["● Book", "✓ Book #1", "● Book #2"]
    assert lines[0][2:] == ["active", "1 of 2 done", "book"]


def test_quarantine_is_told_first() -> None:
    engine = engine_with(TRIP)
    key = engine.start("trip")
    engine.run(QuarantineInstance(process_instance_key=key, reason="a broken rule"))
    assert drawn(engine, key).splitlines()[1:3] == [
        "quarantined: a broken rule",
        "→ counterflow quarantine release K+0",
    ]


@pytest.mark.parametrize(
    "value,shown", [("[bold]x[/bold]", '"[bold]x[/bold]"'), ("x" * 200, '"' + "x" * 98 + "…")]
)
def test_values_are_shown_as_they_are_and_cut_where_they_are_long(value: str, shown: str) -> None:
    engine = engine_with(TRIP)
    assert f"text = {shown}\n" in drawn(engine, engine.start("trip", {"text": value}))


def test_a_join_says_for_which_tokens_it_waits() -> None:
    engine = engine_with(JOINED)
    key = engine.start("joined")
    engine.complete("left")
    assert drawn(engine, key, active_only=True) == (
        "● joined version 1  K+0  active, 0 ms  started 2023-11-14 22:13:20.000Z\n"
        "├── ● right  0 ms  active\n"
        "│   └── job K+6 right  activatable, 1 retry\n"
        "├── ⋈ join  waits for a token from right (right-join); has one from left (left-join)\n"
        "└── … and 3 element instances that are left out\n"
    )


def test_a_timeline_says_what_is_waited_for_without_any_work() -> None:
    engine = engine_with(JOINED)
    key = engine.start("joined")
    engine.complete("left")
    assert (
        timeline_lines(engine, key)[-1]
        == "⋈ join  waits for a token from right (right-join); has one from left (left-join)"
    )


def test_a_timeline_says_what_an_incident_needs() -> None:
    engine = engine_with(GUARDED)
    key = engine.start("guarded", {"total": 12})
    engine.complete("reserve")
    (incident,) = list_incidents(engine.store).items
    lines = timeline_lines(engine, key)
    assert any(line.startswith(f"Charge  incident {incident.key} EXTRACT_VALUE_ERROR") for line in lines)
    assert lines[-2:] == [
        f"counterflow set-variables {incident.element_instance_key} '{{\"kind\": VALUE}}'",
        f"counterflow resolve {incident.key}",
    ]
