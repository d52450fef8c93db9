"""A scope with everything inside it, each thing in its place."""

from __future__ import annotations

from lxml import etree

from counterflow.drawing.layout.canvas import COLUMN_GAP, EVENT, ROW_GAP, TASK, Canvas, Pixel, PixelBounds
from counterflow.drawing.layout.grid import Grid
from counterflow.drawing.layout.order import columns_of, rows_of
from counterflow.drawing.layout.scope import ScopeContent, ends_of, id_of, is_scope, size_of, tag_of

PADDING, TITLE = 30, 20
"""Inside the border of a sub-process, and more at its top, where its name is."""

HANDLER_DROP = 50
BOUNDARY_STEP = 45
BORDER = 55
"""What the lower border of an activity needs for one boundary event; for each more, `BOUNDARY_STEP`."""
LABEL_LINE, LABEL_CHARACTERS, LABEL_LINES = 14, 15, 4


def place_scope(element: etree._Element) -> Canvas:
    """Everything inside a process or sub-process, from the origin on."""
    return _place_inside(element).flattened()


def _place_inside(element: etree._Element) -> Canvas:
    """The same, with what is in a sub-process nested in it."""
    scope = ScopeContent(element)
    clusters = {node: _place_cluster(scope, node) for node in scope.main}
    grid = Grid(columns_of(scope.main, scope.pairs), rows_of(scope), clusters)
    canvas = Canvas()
    for node, cluster in clusters.items():
        center = grid.center_of(node)
        canvas.add(cluster, center.x, center.y)
    for flow in scope.flows:
        if ends_of(flow) in scope.routed:
            canvas.edges[id_of(flow)] = grid.route(canvas.shapes, scope, *ends_of(flow))
    return _with_the_rest(scope, _with_event_sub_processes(scope, canvas.at_origin()))


def _place_cluster(scope: ScopeContent, node: str) -> Canvas:
    """A node around the origin, with its boundary events and its handler."""
    events = scope.boundary_events(node)
    cluster = _place_node(scope.nodes[node], BORDER + BOUNDARY_STEP * (len(events) - 1) if events else 0)
    bounds = cluster.shapes[node]
    handler = scope.handlers.get(node)
    first = bounds.x + PADDING if handler is not None else bounds.right - 25
    places = [
        first,
        *(bounds.right - 25 - index * BOUNDARY_STEP for index in range(len(events) - (handler is not None))),
    ]
    for event, x in zip(events, places if handler is not None else places[1:], strict=True):
        cluster.shapes[event] = PixelBounds(x - EVENT[0] // 2, bounds.bottom - EVENT[1] // 2, *EVENT)
        _label(cluster, scope.nodes[event], cluster.shapes[event])
    if handler is not None:
        _place_handler(scope, cluster, handler, bounds, places)
    return cluster


def _place_handler(
    scope: ScopeContent, cluster: Canvas, handler: str, bounds: PixelBounds, places: list[int]
) -> None:
    """Below its activity, and left of what follows other boundary events.

    `places` are where those are, its own first.
    """
    placed = _place_node(scope.nodes[handler])
    own = placed.shapes[handler]
    left = min([bounds.x, *(x - 25 - own.width for x in places[1:])])
    cluster.add(placed, left - own.x, bounds.bottom + HANDLER_DROP - own.y)
    for association in scope.undone_by[handler]:
        ends = [
            Pixel(places[0], bounds.bottom + EVENT[1] // 2),
            Pixel(places[0], bounds.bottom + HANDLER_DROP),
        ]
        cluster.edges[id_of(association)] = ends if ends_of(association)[1] == handler else ends[::-1]


def _place_node(element: etree._Element, least_width: int = 0) -> Canvas:
    """A node around the origin, as wide at least; a sub-process with what is inside it."""
    canvas, key = Canvas(), id_of(element)
    inside = _place_inside(element) if is_scope(element) else Canvas()
    if inside.shapes:
        frame = inside.frame()
        width, height = max(frame.width + 2 * PADDING, least_width), frame.height + 2 * PADDING + TITLE
        canvas.shapes[key] = PixelBounds(-(width // 2), -(height // 2), width, height)
        canvas.nested[key] = (inside, PADDING - width // 2, PADDING + TITLE - height // 2)
    else:
        width, height = size_of(element) or TASK
        width = max(width, least_width)
        canvas.shapes[key] = PixelBounds(-(width // 2), -(height // 2), width, height)
        _label(canvas, element, canvas.shapes[key])
    return canvas


def _label(canvas: Canvas, element: etree._Element, bounds: PixelBounds) -> None:
    """Where the name of an event or gateway stands, beside it.

    Below an event, right of it on a border, above and left of a gateway.
    """
    name, tag = element.get("name"), tag_of(element)
    if not name or not tag.endswith(("Event", "Gateway")):
        return
    height = LABEL_LINE * min(LABEL_LINES, -(-len(name) // LABEL_CHARACTERS))
    width = 90 if tag != "exclusiveGateway" else 65
    x, y = bounds.center.x - width // 2, bounds.bottom + 6
    if tag == "boundaryEvent":
        x, y = bounds.right + 4, bounds.center.y + 4
    elif tag.endswith("Gateway"):
        x, y = bounds.center.x - width - 6, bounds.y - height + 4
    canvas.labels[id_of(element)] = PixelBounds(x, y, width, height)


def _with_event_sub_processes(scope: ScopeContent, canvas: Canvas) -> Canvas:
    bottom = canvas.frame().bottom
    for element in scope.inner.values():
        placed = _place_node(element).at_origin()
        canvas.add(placed, 0, bottom + ROW_GAP)
        bottom += ROW_GAP + placed.frame().bottom
    return canvas


def _with_the_rest(scope: ScopeContent, canvas: Canvas) -> Canvas:
    """What a model that is to be refused may hold: handlers without an activity, flows that lead to them."""
    x, y = 0, canvas.frame().bottom + ROW_GAP
    for key in (key for key in scope.nodes if key not in canvas.shapes):
        placed = _place_node(scope.nodes[key]).at_origin()
        canvas.add(placed, x, y)
        x += COLUMN_GAP + placed.frame().right
    for connection in (*scope.flows, *scope.associations):
        if id_of(connection) not in canvas.edges:
            canvas.edges[id_of(connection)] = canvas.join(*ends_of(connection))
    return canvas
