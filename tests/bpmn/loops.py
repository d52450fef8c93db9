"""Marks of multi-instance activities, for diagrams that are built in tests."""

from __future__ import annotations

from tests.bpmn.diagram import element, extensions


def loop(*, sequential: bool = False, until: str | None = None, **characteristics: str) -> str:
    """The mark of a zeebe: activity that is done for each item of `items`."""
    condition = [element("completionCondition", f"= {until}")] if until is not None else []
    written = element(
        "zeebe:loopCharacteristics", inputCollection="= items", inputElement="item", **characteristics
    )
    return element(
        "multiInstanceLoopCharacteristics",
        extensions(written),
        *condition,
        isSequential="true" if sequential else None,
    )


def gathering(*, sequential: bool = False, until: str | None = None) -> str:
    """The same, with `result` of each instance gathered in `results`."""
    return loop(sequential=sequential, until=until, outputCollection="results", outputElement="= result")
