"""What is run while the server is killed: a trip that undoes itself, and an order with everything else that
can be waited for.
"""

from __future__ import annotations

from tests.bpmn.diagram import (
    boundary,
    catch,
    catch_error,
    catch_message,
    compensate,
    definitions,
    element,
    end,
    event_sub_process,
    extensions,
    message,
    path,
    process,
    receive,
    service,
    start,
    throw,
    timer,
)

TRIP, ORDER, DELIVERY = "kill-trip", "kill-order", "kill-delivery"
STEPS = ("hotel", "car", "flight")
JOBS = (*STEPS, *(f"cancel-{step}" for step in STEPS), "pack", "item", "ship", "remind", "note")
REMINDERS = 2
"""How often the cycle on the border of the receive task comes at least; the message is sent after that.

Moments that pass while no server runs are left out, so there is no saying how often exactly.
"""


def resources() -> dict[str, bytes]:
    """The files to deploy, by name."""
    order = definitions(_order(), message("paid", "= order"), message("noted", "= order"))
    return {
        "kill-trip.bpmn": definitions(_trip()),
        "kill-order.bpmn": order,
        "kill-delivery.bpmn": definitions(_delivery()),
    }


def _trip() -> str:
    """Hotel, car, flight in sequence, each with its undo, and an event sub-process that undoes them."""
    bookings = [
        part
        for step in STEPS
        for part in (_job(step), boundary(f"undo-{step}", step, compensate()), _undo_job(f"cancel-{step}"))
    ]
    links = [
        element("association", id=f"by-{step}", sourceRef=f"undo-{step}", targetRef=f"cancel-{step}")
        for step in STEPS
    ]
    failed, undone, cancelled = start("failed", catch_error()), throw("undo", compensate()), end("cancelled")
    give_up = event_sub_process("give-up", failed, undone, cancelled, path("failed", "undo", "cancelled"))
    return process(start(), *bookings, end(), path("start", *STEPS, "end"), give_up, *links, process_id=TRIP)


def _order() -> str:
    """Jobs one and many, a call, a timer, a message with a cycle on its border, and another beside it all."""
    called = extensions(element("zeebe:calledElement", processId=DELIVERY, propagateAllChildVariables="true"))
    call, pause = element("callActivity", called, id="deliver"), catch("pause", timer(text="PT0.1S"))
    late = boundary("late", "await", timer("timeCycle", "R/PT0.3S"), cancelActivity="false")
    noted = start("noted", catch_message("noted"), isInterrupting="false")
    return process(
        *(start(), _job("pack"), _items(), call, pause, receive("await", "paid"), end()),
        *(late, _job("remind"), end("reminded")),
        path("start", "pack", "item", "deliver", "pause", "await", "end")
        + path("late", "remind", "reminded"),
        event_sub_process("on-note", noted, _job("note"), end("written"), path("noted", "note", "written")),
        process_id=ORDER,
    )


def _items() -> str:
    """Three jobs at once, the results of which are gathered."""
    given = {
        "inputCollection": "= [1, 2, 3]",
        "inputElement": "n",
        "outputCollection": "results",
        "outputElement": "= doubled",
    }
    mark = element(
        "multiInstanceLoopCharacteristics", extensions(element("zeebe:loopCharacteristics", **given))
    )
    return element("serviceTask", extensions(element("zeebe:taskDefinition", type="item")), mark, id="item")


def _delivery() -> str:
    return process(start(), _job("ship"), end(), path("start", "ship", "end"), process_id=DELIVERY)


def _job(name: str) -> str:
    return service(name, job=name)


def _undo_job(name: str) -> str:
    return service(name, job=name, isForCompensation="true")
