"""The whole picture: a self-contained SVG without a script, a link, a font or an id.

So several may stand on one page.

From bottom to top: pools, lanes and open sub-processes, from the outermost in; edges; everything else;
boundary events; names that stand beside what they name. Each element is a group with `data-element-id`, a
class for its kind, and a title that says what it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from counterflow.drawing.diagram import Diagram, Edge, Shape, ShapeMark, Trigger
from counterflow.drawing.geometry import Bounds
from counterflow.drawing.svg import containers, data, decisions
from counterflow.drawing.svg.activities import activity
from counterflow.drawing.svg.edges import edge, label_place
from counterflow.drawing.svg.events import event
from counterflow.drawing.svg.gateways import gateway
from counterflow.drawing.svg.markup import number, rectangle, tag, words
from counterflow.drawing.svg.style import RunState, classes_of, run_sheet, style_sheet
from counterflow.drawing.svg.text import LABEL_WIDTH, label, label_box

MARGIN: Final = 16
LARGEST: Final = 8_192
"""Pixels: a larger diagram is shown smaller, so that viewers need no more memory than they have."""
LONGEST_TITLE: Final = 300
NO_RUNS: Final[Mapping[str, RunState]] = {}

_SHAPES: Final[Mapping[str, Callable[[Shape], str]]] = {
    "participant": containers.pool,
    "lane": containers.lane,
    "group": containers.group,
    "dataObject": data.sheet,
    "dataObjectReference": data.sheet,
    "dataInput": data.sheet,
    "dataOutput": data.sheet,
    "dataStore": data.store,
    "dataStoreReference": data.store,
    "textAnnotation": data.annotation,
    "conversation": data.conversation,
    "subConversation": data.conversation,
    "callConversation": data.conversation,
    "decision": decisions.decision,
    "inputData": decisions.input_data,
    "businessKnowledgeModel": decisions.knowledge_model,
    "knowledgeSource": decisions.knowledge_source,
    "decisionService": decisions.service,
    "callActivity": activity,
    "subProcess": activity,
    "transaction": activity,
    "adHocSubProcess": activity,
}

_BESIDE: Final = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataInput",
        "dataOutput",
        "dataStore",
        "dataStoreReference",
        "group",
    }
)
"""Kinds that have their name beside them, as events, gateways and conversations have."""

_UNTOLD: Final = frozenset({ShapeMark.EXPANDED, ShapeMark.UPRIGHT, ShapeMark.MARKED_X})


def render(diagram: Diagram, runs: Mapping[str, RunState] = NO_RUNS) -> str:
    """The SVG of a diagram, as XML text; `runs` says by an element's id what has become of it."""
    frame = _frame(diagram)
    scale = min(1.0, LARGEST / max(frame.width, frame.height))
    return tag(
        "svg",
        tag("title", words(_short(diagram.name or f"{diagram.standard} diagram"))),
        tag("desc", words(_described(diagram))),
        tag("style", words(style_sheet(one.colours for one in diagram.elements) + run_sheet(runs.values()))),
        rectangle(frame, "cf-canvas", radius=4),
        *_painted(diagram, runs),
        xmlns="http://www.w3.org/2000/svg",
        class_="cf-diagram",
        role="graphics-document",
        viewBox=" ".join(map(number, frame)),
        width=round(frame.width * scale),
        height=round(frame.height * scale),
    )


def _frame(diagram: Diagram) -> Bounds:
    """The least rectangle around everything, with a margin."""
    names = [label_box(one.name, position) for one, position in _names(diagram)]
    corners = [
        *diagram.corners(),
        *((box.x, box.y) for box in names),
        *((box.right, box.bottom) for box in names),
    ]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    return Bounds(left, top, right - left, bottom - top).inset(-MARGIN)


# -- painting ------------------------------------------------------------------------------------------------


def _painted(diagram: Diagram, runs: Mapping[str, RunState]) -> Iterator[str]:
    shapes = sorted(diagram.shapes, key=_layer)
    below = [shape for shape in shapes if _layer(shape)[0] == 0]
    yield from (_group(shape, _drawn(shape), runs.get(shape.id)) for shape in below)
    yield from (_group(one, edge(one), runs.get(one.id)) for one in diagram.edges)
    yield from (_group(shape, _drawn(shape), runs.get(shape.id)) for shape in shapes[len(below) :])
    for one, position in _names(diagram):
        yield tag(
            "g", label(one.name, position), class_=f"cf-name{classes_of(one.colours)}", data_element_id=one.id
        )


def _layer(shape: Shape) -> tuple[int, int]:
    if shape.kind in {"participant", "lane", "decisionService"} or ShapeMark.EXPANDED in shape.marks:
        return 0, shape.depth if shape.kind != "participant" else -1
    return (2 if shape.kind == "boundaryEvent" else 1), shape.depth


def _drawn(shape: Shape) -> str:
    if shape.kind in _SHAPES:
        return _SHAPES[shape.kind](shape)
    if shape.kind.endswith("Event"):
        return event(shape)
    if shape.kind.endswith("Gateway"):
        return gateway(shape)
    return activity(shape) if shape.kind.lower().endswith("task") else data.unknown(shape)


def _group(one: Shape | Edge, drawn: str, run: RunState | None) -> str:
    title, classes = title_of(one), f"cf-{_dashed(one.kind)}{classes_of(one.colours)}"
    if run is not None:
        title, classes = f"{title}: {run}", f"{classes} {run.name_in_css}"
    return tag(
        "g",
        tag("title", words(title)),
        drawn,
        class_=classes,
        role="graphics-symbol",
        data_element_id=one.id,
    )


def _names(diagram: Diagram) -> Iterator[tuple[Shape | Edge, Bounds]]:
    """What has its name beside it, and where that is."""
    for shape in diagram.shapes:
        if shape.name.strip() and _is_named_beside(shape):
            x, bottom = shape.bounds.center.x, shape.bounds.bottom
            yield shape, shape.label or Bounds(x - LABEL_WIDTH / 2, bottom + 6, LABEL_WIDTH, 14)
    yield from ((one, label_place(one)) for one in diagram.edges if one.name.strip())


def _is_named_beside(shape: Shape) -> bool:
    if shape.kind == "group":
        return shape.label is not None
    return shape.kind in _BESIDE or shape.kind.lower().endswith(("event", "gateway", "conversation"))


# -- telling -------------------------------------------------------------------------------------------------


def title_of(one: Shape | Edge) -> str:
    """An element in words, such as `Too late, timer boundary event, non-interrupting`."""
    kind = _dashed(one.kind).replace("-", " ")
    marks: list[str] = []
    if isinstance(one, Shape):
        kind = f"{one.trigger} {kind}" if one.trigger is not Trigger.NONE else kind
        marks = [mark for mark in ShapeMark if mark in one.marks and mark not in _UNTOLD]
    return ", ".join(filter(None, (_short(one.name), kind, *marks)))


def _described(diagram: Diagram) -> str:
    kinds = Counter(_dashed(one.kind).replace("-", " ") for one in diagram.elements)
    counts = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
    return f"{diagram.standard} diagram: {counts}."


def _dashed(kind: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()


def _short(name: str) -> str:
    line = " ".join(name[: 4 * LONGEST_TITLE].split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
