"""What a notebook shows of a process instance: its diagram with what has become of each element, and what has run."""

from __future__ import annotations

import pytest
from lxml import etree

import counterflow
from counterflow.drawing.svg.style import RunState
from counterflow.engine import pictures
from counterflow.engine.pictures import DrawnModel, ShownInstance, ShownReasons, ShownUndoPlan
from counterflow.testing import Engine
from tests.bpmn.diagram import end, gateway, model, path, service, start
from tests.engine.trips import TRIP

SVG = "{http://www.w3.org/2000/svg}"


def failed_trip() -> ShownInstance:
    """A hotel was booked and undone, a flight was not to be had, and the undo of the car waits for a person."""
    engine = Engine()
    engine.deploy(TRIP)
    trip = engine.start("trip-booking", {"city": "<Rome>", "long": "x" * 1_000})
    for job in ("book-hotel", "book-car"):
        engine.complete(job)
    engine.throw_error("book-flight", "FLIGHT_UNAVAILABLE", "no seats")
    engine.fail("cancel-car", retries=0, message="nobody <b>answers</b>\x1b[2J")
    return engine.show(trip)


def runs_in(svg: str) -> dict[str, str]:
    """By the id of an element what its picture says of its run."""
    groups = etree.fromstring(svg).iter(f"{SVG}g")
    told = ((group.get("data-element-id", ""), group.get("class", "")) for group in groups)
    return {key: classes.split("cf-run-")[1] for key, classes in told if "cf-run-" in classes}


def test_the_picture_says_what_has_become_of_each_element() -> None:
    svg = failed_trip()._repr_svg_()
    assert svg is not None
    runs = runs_in(svg)
    assert (runs["book-hotel"], runs["book-flight"], runs["give-up"]) == ("completed", "terminated", "active")
    assert (runs["cancel-car"], runs["undo-bookings"]) == ("incident", "active")
    assert runs["book-hotel-to-book-car"] == "completed"
    assert "book-flight-to-trip-booked" not in runs
    assert "Book flight, service task: terminated" in svg


def test_what_is_undone_and_what_runs_again() -> None:
    engine = Engine()
    engine.deploy(TRIP)
    trip = engine.start("trip-booking")
    engine.complete("book-hotel")
    engine.complete("book-car")
    engine.throw_error("book-flight", "FLIGHT_UNAVAILABLE")
    for job in ("cancel-car", "cancel-hotel"):
        engine.complete(job)
    runs = runs_in(engine.show(trip)._repr_svg_() or "")
    assert (runs["book-hotel"], runs["book-car"], runs["cancel-car"]) == ("undone", "undone", "completed")


def test_a_loop_shows_what_matters_most_of_its_runs() -> None:
    looping = model(
        *(start(), gateway("again"), service("pack", job="pack"), gateway("enough"), end()),
        *(path("start", "again", "pack", "enough", "again"),),
    )
    engine = Engine()
    engine.deploy_contents({"looping.bpmn": looping})
    key = engine.start("process")
    for _ in range(3):
        engine.complete("pack")
    assert runs_in(engine.show(key)._repr_svg_() or "")["pack"] == "active"


def test_the_page_has_the_picture_and_below_it_what_has_run_with_nothing_raw() -> None:
    page = failed_trip()._repr_html_()
    assert page.startswith("<div><b>Trip booking version 1, ")
    assert page.count("<svg ") == 1
    assert "Book hotel: completed" in page
    assert "&lt;Rome&gt;" in page
    assert "nobody &lt;b&gt;answers&lt;/b&gt;" in page
    assert "\x1b" not in page
    assert "x" * (pictures.LONGEST_VALUE + 1) not in page
    etree.fromstring(f"<body>{page}</body>")


def test_a_long_story_is_shown_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_LINES", 3)
    page = failed_trip()._repr_html_()
    assert page.count("padding-left") == 4
    assert "… and " in page


@pytest.mark.parametrize("content", [b"<a", b"<a/>"])
def test_what_cannot_be_drawn_is_told_without_a_picture(content: bytes) -> None:
    shown = failed_trip()
    for other in (None, DrawnModel("a.bpmn", content)):
        blank = ShownInstance(
            **{field: getattr(shown, field) for field in shown.__struct_fields__ if field != "model"},
            model=other,
        )
        assert blank._repr_svg_() is None
        assert "Book hotel: completed" in blank._repr_html_()


def test_a_notebook_is_given_one_by_an_open_engine() -> None:
    with counterflow.open() as engine:
        engine.deploy(TRIP)
        shown = engine.show(engine.start("trip-booking"))
    assert isinstance(shown, counterflow.ShownInstance)
    assert runs_in(shown._repr_svg_() or "")["book-hotel"] == "active"
    assert "<trip-booking.bpmn, " in repr(shown)
    assert "<?xml" not in repr(shown)


def test_every_run_has_its_place() -> None:
    assert set(pictures._PRECEDENCE) == set(RunState)


def test_print_shows_what_has_run_line_by_line_with_nothing_raw(monkeypatch: pytest.MonkeyPatch) -> None:
    heading, *lines = str(failed_trip()).splitlines()
    assert heading.startswith("Trip booking version 1, ")
    assert heading.endswith(": active")
    assert '  city = "<Rome>"' in lines
    assert "  Book hotel: completed" in lines
    assert any(line.startswith("      incident ") and "nobody <b>answers</b>" in line for line in lines)
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) < 2 * pictures.LONGEST_VALUE
    monkeypatch.setattr(pictures, "MOST_LINES", 3)
    *_, last = str(failed_trip()).splitlines()
    assert last.startswith("  … and ")


def undoing() -> tuple[Engine, int]:
    """A trip whose car is being undone, with the hotel to follow."""
    engine = Engine()
    engine.deploy(TRIP)
    trip = engine.start("trip-booking")
    engine.complete("book-hotel")
    engine.complete("book-car")
    engine.throw_error("book-flight", "FLIGHT_UNAVAILABLE")
    return engine, trip


def html_of(shown: object) -> str:
    """What a notebook shows."""
    assert isinstance(shown, ShownReasons | ShownUndoPlan)
    return shown._repr_html_()


def test_why_is_shown_on_the_diagram_with_the_ways_on_below() -> None:
    engine, trip = undoing()
    page = html_of(engine.why(trip))
    assert "waits for a worker to take a job of type &#x27;cancel-car&#x27;" in page
    assert page.count("<svg ") == 1
    engine.fail("cancel-car", retries=0, message="<b>")
    svg = ShownReasons._repr_svg_(engine.why(trip))  # type: ignore[arg-type]  # a notebook sees what it is
    assert svg is not None
    assert (runs_in(svg)["cancel-car"], runs_in(svg)["undo-bookings"]) == ("incident", "active")
    assert "<b></b>" not in html_of(engine.why(trip))


def test_an_undo_plan_is_shown_on_the_diagram() -> None:
    engine = Engine()
    engine.deploy(TRIP)
    trip = engine.start("trip-booking")
    engine.complete("book-hotel")
    page = html_of(engine.undo_plan(trip))
    assert "would run handlers: 1" in page
    runs = runs_in(page[page.index("<svg ") : page.index("</svg>") + len("</svg>")])
    assert (runs["book-hotel"], runs["cancel-hotel"]) == ("completed", "undone")


def test_an_undo_under_way_shows_what_runs_what_waits_and_what_is_held() -> None:
    engine, trip = undoing()
    engine.fail("cancel-car", retries=0, message="no line")
    page = html_of(engine.undo_plan(trip))
    assert "under way, waits for its turn" in page
    assert "no line" in page
    runs = runs_in(page[page.index("<svg ") : page.index("</svg>") + len("</svg>")])
    assert (runs["cancel-car"], runs["cancel-hotel"]) == ("incident", "undone")


def test_more_reasons_than_a_page_holds_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_LINES", 0)
    engine, trip = undoing()
    assert "… and more" in html_of(engine.why(trip))
    assert "… and 2 more" in html_of(engine.undo_plan(trip))
