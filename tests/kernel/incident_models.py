"""Models of which one thing goes wrong, for the tests of each type of incident."""

from __future__ import annotations

from collections.abc import Callable

from tests.bpmn.diagram import (
    element,
    end,
    extensions,
    model,
    path,
    start,
)
from tests.kernel.bench import Bench

Do = Callable[[Bench], None]


def through(*inside: str) -> bytes:
    """start → held → end"""
    return model(start(), *inside, end(), path("start", "held", "end"))


def task(job_type: str = "work", retries: str = "3", *more: str) -> bytes:
    return through(
        element(
            "serviceTask",
            extensions(element("zeebe:taskDefinition", type=job_type, retries=retries), *more),
            id="held",
        )
    )


def script(expression: str, result: str) -> bytes:
    return through(
        element(
            "scriptTask",
            extensions(element("zeebe:script", expression=expression, resultVariable=result)),
            id="held",
        )
    )


def mapping(kind: str) -> bytes:
    return task(
        "work",
        "3",
        element("zeebe:ioMapping", element(f"zeebe:{kind}", source="= assert(a, a != null)", target="b")),
    )


def looped(collection: str = "= items", **more: str) -> bytes:
    written = element("zeebe:loopCharacteristics", inputCollection=collection, **more)
    mark = element("multiInstanceLoopCharacteristics", extensions(written))
    return through(
        element("serviceTask", extensions(element("zeebe:taskDefinition", type="work")), mark, id="held")
    )


def calling(process_id: str) -> bytes:
    return through(
        element("callActivity", extensions(element("zeebe:calledElement", processId=process_id)), id="held")
    )
