"""Diagrams that look right: nothing on top of anything else, flows that go round things, and the model itself
untouched.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from counterflow.bpmn.xml import BPMN
from counterflow.drawing.layout.canvas import Canvas, Pixel, PixelBounds
from counterflow.drawing.layout.diagram import BPMNDI
from counterflow.drawing.layout.order import columns_of
from counterflow.drawing.layout.place import place_scope
from counterflow.drawing.layout.scope import id_of, size_of, tag_of
from scripts.layout import lay_out

BEHAVIOURS = Path(__file__).parents[2] / "bpmn" / "behaviours"
DIAGRAMS = sorted(BEHAVIOURS.glob("*/*.bpmn"))
NAMES = [str(path.relative_to(BEHAVIOURS).with_suffix("")) for path in DIAGRAMS]

HEAD = f'<definitions xmlns="{BPMN}"><process id="p">'
TAIL = "</process></definitions>"


class Page:
    """A model and its drawing, side by side."""

    def __init__(self, content: bytes) -> None:
        root = etree.fromstring(content)
        self.process = next(child for child in root if tag_of(child) == "process")
        self.elements = {
            id_of(element): element for element in self.process.iter(f"{{{BPMN}}}*") if element.get("id")
        }
        self.canvas: Canvas = place_scope(self.process)

    def around(self, key: str) -> list[str]:
        """The scopes around an element, innermost first."""
        return [str(scope.get("id")) for scope in self.elements[key].iterancestors()]

    def host(self, key: str) -> str | None:
        """The activity that a boundary event sits on."""
        return self.elements[key].get("attachedToRef")

    def are_apart(self, key: str, other: str) -> bool:
        """Whether neither is inside the other, nor on its border."""
        return not {key, self.host(key)} & {other, *self.around(other)} and not {other, self.host(other)} & {
            key,
            *self.around(key),
        }

    def ends(self, edge: str) -> set[str]:
        """What a flow or association joins, and the activities that these ends sit on."""
        ends = {str(self.elements[edge].get(name)) for name in ("sourceRef", "targetRef")}
        return ends | {host for end in ends if (host := self.host(end))}

    def strangers(self, edge: str) -> Iterator[str]:
        """The shapes that a flow has no business with: not its ends, nothing in them, no scope it is in."""
        ends, around = self.ends(edge), set(self.around(edge))
        yield from (
            key for key in self.canvas.shapes if key not in ends | around and not ends & set(self.around(key))
        )


def overlap(one: PixelBounds, other: PixelBounds) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def touches(start: Pixel, end: Pixel, bounds: PixelBounds) -> bool:
    """Whether a straight line runs through a rectangle."""
    left, top = min(start.x, end.x), min(start.y, end.y)
    return (
        left < bounds.right
        and max(start.x, end.x) > bounds.x
        and top < bounds.bottom
        and max(start.y, end.y) > bounds.y
    )


def drawn(inside: str) -> Page:
    """A process with this inside it."""
    return Page(f"{HEAD}{inside}{TAIL}".encode())


def flow(source: str, target: str) -> str:
    return f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}"/>'


# -- every diagram of the behaviours -------------------------------------------------------------------------


@pytest.fixture(params=DIAGRAMS, ids=NAMES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.param.read_bytes())


def test_every_node_and_flow_is_drawn(page: Page) -> None:
    nodes = {key for key, element in page.elements.items() if size_of(element) is not None}
    edges = {
        key for key, element in page.elements.items() if tag_of(element) in {"sequenceFlow", "association"}
    }
    assert (set(page.canvas.shapes), set(page.canvas.edges)) == (nodes, edges)


def test_nothing_lies_on_anything_else(page: Page) -> None:
    shapes = page.canvas.shapes
    assert not [
        pair
        for pair in combinations(shapes, 2)
        if page.are_apart(*pair) and overlap(shapes[pair[0]], shapes[pair[1]])
    ]


def test_names_are_not_written_over_other_shapes(page: Page) -> None:
    shapes = page.canvas.shapes.items()
    assert not [
        (key, other)
        for key, label in page.canvas.labels.items()
        for other, bounds in shapes
        if page.are_apart(key, other) and overlap(label, bounds)
    ]


def test_flows_run_round_what_they_do_not_join(page: Page) -> None:
    for key, points in page.canvas.edges.items():
        hit = {
            other
            for other in page.strangers(key)
            for line in pairwise(points)
            if touches(*line, page.canvas.shapes[other])
        }
        assert not hit, f"{key} runs through {hit}"


def test_flows_are_level_or_upright(page: Page) -> None:
    assert not [
        key
        for key, points in page.canvas.edges.items()
        for start, end in pairwise(points)
        if start.x != end.x and start.y != end.y
    ]


def test_flows_join_the_borders_of_their_ends(page: Page) -> None:
    for key, points in page.canvas.edges.items():
        for name, point in (("sourceRef", points[0]), ("targetRef", points[-1])):
            bounds = page.canvas.shapes[str(page.elements[key].get(name))]
            on_side = point.x in {bounds.x, bounds.right} and bounds.y <= point.y <= bounds.bottom
            on_level = point.y in {bounds.y, bounds.bottom} and bounds.x <= point.x <= bounds.right
            assert on_side or on_level, f"{key} does not touch its {name}"


def test_sub_processes_hold_what_is_inside_them(page: Page) -> None:
    for key, bounds in page.canvas.shapes.items():
        scope = page.canvas.shapes.get(page.around(key)[0])
        if scope is not None:
            assert scope.x < bounds.x < bounds.right < scope.right, key
            assert scope.y < bounds.y < bounds.bottom < scope.bottom, key


def test_boundary_events_sit_on_the_lower_border(page: Page) -> None:
    for key, bounds in page.canvas.shapes.items():
        if (host := page.host(key)) is not None:
            border = page.canvas.shapes[host]
            assert bounds.center.y == border.bottom, key
            assert border.x < bounds.center.x < border.right, key


def test_the_same_file_is_drawn_the_same_again(page: Page) -> None:
    assert place_scope(page.process) == page.canvas


@pytest.mark.parametrize("path", DIAGRAMS, ids=NAMES)
def test_every_behaviour_can_be_opened_in_an_editor(path: Path) -> None:
    content = path.read_bytes()
    assert shapes_in(content) == shapes_in(lay_out(content)), (
        f"run: python -m scripts.layout {path.relative_to(BEHAVIOURS.parents[1])}"
    )
    processes = [one.get("id") for one in etree.fromstring(content).iter(f"{{{BPMN}}}process")]
    pools = {one.get("processRef") for one in etree.fromstring(content).iter(f"{{{BPMN}}}participant")}
    assert len(processes) == 1 or set(processes) == pools, "an editor shows those alone that are in a pool"


def shapes_in(content: bytes) -> set[str | None]:
    """The elements that have a shape in a file's diagram."""
    return {shape.get("bpmnElement") for shape in etree.fromstring(content).iter(f"{{{BPMNDI}}}BPMNShape")}


# -- columns and rows ----------------------------------------------------------------------------------------

COLUMNS = [
    ("one after another", "a>b b>c", {"a": 0, "b": 1, "c": 2}),
    ("the longer way counts", "a>b b>c a>c", {"a": 0, "b": 1, "c": 2}),
    ("back does not count", "a>b b>c c>b c>d", {"a": 0, "b": 1, "c": 2, "d": 3}),
    ("back to itself", "a>b b>b", {"a": 0, "b": 1}),
    ("a circle and nothing else", "a>b b>a", {"a": 0, "b": 1}),
    ("two beginnings", "a>c b>c", {"a": 0, "b": 0, "c": 1}),
    ("circles in circles", "a>b b>c c>b c>d d>a d>e", {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}),
]


@pytest.mark.parametrize("story, pairs, columns", COLUMNS, ids=[case[0] for case in COLUMNS])
def test_columns(story: str, pairs: str, columns: dict[str, int]) -> None:
    split = [(pair[0], pair[2]) for pair in pairs.split()]
    assert columns_of(list(columns), split) == columns


def test_a_branch_gets_a_row_of_its_own_and_comes_back_to_the_first() -> None:
    inside = (
        '<startEvent id="s"/><parallelGateway id="f"/><task id="a"/><task id="b"/><parallelGateway id="j"/>'
    )
    page = drawn(inside + flow("s", "f") + flow("f", "a") + flow("f", "b") + flow("a", "j") + flow("b", "j"))
    centers = {key: bounds.center for key, bounds in page.canvas.shapes.items()}
    assert centers["s"].y == centers["f"].y == centers["a"].y == centers["j"].y < centers["b"].y
    assert centers["a"].x == centers["b"].x
    assert [point.x for point in page.canvas.edges["f-b"]][:2] == [centers["f"].x] * 2, (
        "out of the fork downwards"
    )
    assert [point.x for point in page.canvas.edges["b-j"]][-2:] == [centers["j"].x] * 2, (
        "into the join from below"
    )


def test_two_flows_back_to_one_place_run_above_each_other() -> None:
    tasks = "".join(f'<task id="{key}"/>' for key in "abc")
    page = drawn(tasks + flow("a", "b") + flow("b", "c") + flow("b", "a") + flow("c", "a"))
    tops = [min(point.y for point in page.canvas.edges[key]) for key in ("b-a", "c-a")]
    assert len(set(tops)) == 2
    assert max(tops) < page.canvas.shapes["a"].y


def test_a_flow_past_others_runs_above_them() -> None:
    tasks = "".join(f'<task id="{key}"/>' for key in "abc")
    page = drawn(tasks + flow("a", "b") + flow("b", "c") + flow("a", "c"))
    assert min(point.y for point in page.canvas.edges["a-c"]) < page.canvas.shapes["b"].y


def test_forks_and_merges_without_a_gateway_bend_between_two_columns() -> None:
    tasks = "".join(f'<task id="{key}"/>' for key in "abcd")
    page = drawn(tasks + flow("a", "b") + flow("a", "c") + flow("b", "d") + flow("c", "d"))
    shapes = page.canvas.shapes
    assert shapes["a"].right < page.canvas.edges["a-c"][1].x < shapes["c"].x
    assert shapes["c"].right < page.canvas.edges["c-d"][1].x < shapes["d"].x


def test_a_handler_stands_below_its_activity_and_leaves_room_for_other_boundary_events() -> None:
    page = drawn(
        '<task id="a"/><task id="u" isForCompensation="true"/><endEvent id="e"/>'
        '<boundaryEvent id="failed" attachedToRef="a"/><boundaryEvent id="undo" attachedToRef="a"/>'
        '<association id="x" sourceRef="undo" targetRef="u"/>' + flow("failed", "e")
    )
    shapes = page.canvas.shapes
    assert shapes["u"].y > shapes["a"].bottom
    assert shapes["undo"].center.x < shapes["failed"].center.x
    assert shapes["u"].x < shapes["undo"].center.x < shapes["u"].right < shapes["failed"].center.x


def test_an_error_path_back_into_the_main_row_runs_below_it() -> None:
    tasks = "".join(f'<task id="{key}"/>' for key in "abc")
    page = drawn(
        f'{tasks}<boundaryEvent id="failed" attachedToRef="b"/>'
        + flow("a", "b")
        + flow("b", "c")
        + flow("failed", "c")
    )
    points, shapes = page.canvas.edges["failed-c"], page.canvas.shapes
    assert max(point.y for point in points) > shapes["c"].bottom
    assert points[-1] == Pixel(shapes["c"].center.x, shapes["c"].bottom)


def test_event_sub_processes_stand_below_what_they_may_interrupt() -> None:
    inner = '<subProcess id="i" triggeredByEvent="true"><startEvent id="is"/></subProcess>'
    page = drawn(f'{inner}<startEvent id="s"/><task id="a"/>' + flow("s", "a"))
    assert page.canvas.shapes["i"].y > page.canvas.shapes["a"].bottom


def test_what_a_model_to_be_refused_may_hold_is_placed_too() -> None:
    inside = '<task id="a"/><task id="undo" isForCompensation="true"/><boundaryEvent id="late" attachedToRef="undo"/><endEvent id="e"/>'
    inner = '<subProcess id="i" triggeredByEvent="true"/>'
    page = drawn(inside + inner + flow("a", "undo") + flow("late", "e") + flow("i", "a"))
    assert set(page.canvas.shapes) == {"a", "undo", "late", "e", "i"}
    assert set(page.canvas.edges) == {"a-undo", "late-e", "i-a"}
    assert not [
        pair
        for pair in combinations(page.canvas.shapes, 2)
        if page.are_apart(*pair) and overlap(*map(page.canvas.shapes.__getitem__, pair))
    ]


def test_a_handler_of_two_activities_stands_below_the_first() -> None:
    inside = "".join(
        f'<task id="{key}"/><boundaryEvent id="on-{key}" attachedToRef="{key}"/>' for key in "ab"
    )
    joined = "".join(f'<association id="of-{key}" sourceRef="on-{key}" targetRef="undo"/>' for key in "ab")
    page = drawn(f'{inside}<task id="undo" isForCompensation="true"/>{joined}')
    shapes = page.canvas.shapes
    assert shapes["undo"].y > shapes["a"].bottom
    assert shapes["undo"].x == shapes["a"].x
    assert set(page.canvas.edges) == {"of-a", "of-b"}


def test_two_activities_that_undo_each_other_are_placed() -> None:
    both = "".join(
        f'<task id="{key}" isForCompensation="true"/><boundaryEvent id="on-{key}" attachedToRef="{key}"/>'
        f'<association id="of-{key}" sourceRef="on-{key}" targetRef="{other}"/>'
        for key, other in ("ab", "ba")
    )
    page = drawn(both)
    assert set(page.canvas.shapes) == {"a", "b", "on-a", "on-b"}
    assert set(page.canvas.edges) == {"of-a", "of-b"}


def test_a_long_process_is_placed_in_one_pass() -> None:
    """Thousands of columns, and a flow from each back to the first: what looked at all pairs for each node
    took minutes.
    """
    count = 2_000
    tasks = "".join(f'<task id="t{place}"/>' for place in range(count))
    flows = "".join(flow(f"t{place}", f"t{place + 1}") for place in range(count - 1))
    page = drawn(tasks + flows + "".join(flow(f"t{place}", "t0") for place in range(1, count)))
    assert len(page.canvas.edges) == 2 * count - 2
