"""What a compensation throw reaches, as far as the drawing tells."""

import pytest

from counterflow.bpmn.outline import Outline
from counterflow.bpmn.read_outline import read_outline
from counterflow.bpmn.undo import UndoReach
from counterflow.bpmn.xml import parse
from counterflow.model.graph import Dialect
from tests.bpmn.diagram import (
    catch_error,
    compensate,
    end,
    event_sub_process,
    handler,
    model,
    service,
    start,
    sub_process,
    throw,
    undo,
)

HOTEL = service("hotel") + undo("hotel", by="cancel_hotel") + handler("cancel_hotel")
CAR = service("car") + undo("car", by="cancel_car") + handler("cancel_car")
THROW = throw("throw", compensate())


def drawn(*inside: str) -> Outline:
    return read_outline(parse(model(*inside), "model.bpmn"), "model.bpmn", Dialect.ZEEBE)


@pytest.mark.parametrize(
    "inside, expected",
    [
        ([THROW], []),
        ([HOTEL, CAR, THROW], ["hotel", "car"]),
        ([HOTEL, sub_process("trip", CAR), THROW], ["hotel", "trip"]),
        ([HOTEL, sub_process("trip", CAR, THROW)], ["car"]),
        ([HOTEL, event_sub_process("esp", start("in", catch_error()), CAR, THROW)], ["car", "hotel"]),
        ([HOTEL, event_sub_process("esp", sub_process("trip", CAR, THROW))], ["car"]),
        ([HOTEL, event_sub_process("outer", CAR, event_sub_process("inner", THROW))], ["car", "hotel"]),
        ([sub_process("plain", service("a")), THROW], []),
        ([sub_process("deep", sub_process("deeper", HOTEL)), THROW], ["deep"]),
        ([sub_process("whole", event_sub_process("esp", start("in", compensate()))), THROW], ["whole"]),
        (
            [
                sub_process("trip", event_sub_process("esp", start("in", catch_error()), HOTEL, end("out"))),
                THROW,
            ],
            ["trip"],
        ),
    ],
)
def test_reach(inside: list[str], expected: list[str]) -> None:
    assert [activity.id for activity in UndoReach().of(drawn(*inside).by_id["throw"])] == expected


def test_a_handler_cannot_be_undone() -> None:
    one = drawn(HOTEL)
    assert UndoReach().can_be_undone(one.by_id["hotel"])
    assert not UndoReach().can_be_undone(one.by_id["cancel_hotel"])
