"""A trip is booked, and what was booked is undone when its flight fails; an order waits for its payment and for time."""

from __future__ import annotations

from pathlib import Path

from tests.bpmn.diagram import catch, catch_message, end, model, path, service, start, timer

TRIP = Path(__file__).parents[2] / "bpmn" / "showcase" / "trip-booking.bpmn"
ORDER = model(
    start(),
    catch("paid", catch_message("payment")),
    service("pack", job="pack"),
    end(),
    path("start", "paid", "pack", "end"),
    process_id="order",
)
SOON = model(
    start(), catch("soon", timer(text="PT0.05S")), end(), path("start", "soon", "end"), process_id="ring"
)
