"""The reference itself, on processes small enough to be followed by hand."""

from __future__ import annotations

import pytest

from tests.simulation.answers import KEYS_OF_A_WORLD
from tests.simulation.oracle import decision_of
from tests.simulation.reference import Reference
from tests.simulation.scopes import Disagreement, Path
from tests.simulation.shapes import (
    Activity,
    Border,
    Choice,
    Course,
    End,
    Fork,
    Many,
    ProcessShape,
    Step,
    Throw,
    Trigger,
)

DONE = End("end", "none")


class Followed:
    """A reference at work, with a log position for each thing that it is told."""

    def __init__(self, *steps: Step, **values: object) -> None:
        self._intervals: dict[Path, tuple[int, int]] = {}
        self._position = 0
        self.reference = Reference(
            ProcessShape("main", Course(steps, DONE)), lambda _: None, values, self._intervals.__getitem__
        )
        self._note()

    def do(self, element_id: str) -> Followed:
        """The job of a task is done."""
        path = next(
            path for path in sorted(self.reference.open_jobs()) if path[-1][0].split()[0] == element_id
        )
        self._position += 1
        self._intervals[path] = (self._intervals[path][0], self._position)
        self.reference.job_done(path, repeats=False)
        self._note()
        return self

    def open(self) -> list[str]:
        """The tasks whose jobs are open."""
        return sorted(path[-1][0].split()[0] for path in self.reference.open_jobs())

    def _note(self) -> None:
        self._position += 1
        for path in self.reference.by_path:
            self._intervals.setdefault(path, (self._position, 0))


def task(
    name: str, *, undo: bool = True, many: Many | None = None, borders: tuple[Border, ...] = ()
) -> Activity:
    return Activity(
        name, "task", undo=Activity(f"no-{name}", "task") if undo else None, many=many, borders=borders
    )


@pytest.mark.parametrize(
    "done, undone",
    [
        (("a", "b", "c"), ["no-c"]),
        (("a", "b", "c", "no-c"), ["no-b"]),
        (("a", "b", "c", "no-c", "no-b"), ["no-a"]),
        (("a", "b", "c", "no-c", "no-b", "no-a"), []),
    ],
)
def test_what_came_one_after_another_is_undone_in_reverse(done: tuple[str, ...], undone: list[str]) -> None:
    course = Followed(task("a"), task("b"), task("c"), Throw("throw"))
    for name in done:
        course.do(name)
    assert course.open() == undone


def test_what_overlapped_is_undone_together() -> None:
    course = Followed(Fork("fork", (Course((task("a"),)), Course((task("b"),)))), task("c"), Throw("throw"))
    assert course.do("b").do("a").do("c").open() == ["no-c"]
    assert course.do("no-c").open() == ["no-a", "no-b"]


def test_an_undo_waits_only_for_what_began_after_its_own_had_ended() -> None:
    course = Followed(Fork("fork", (Course((task("long"),)), Course((task("a"), task("b"))))), Throw("throw"))
    assert course.do("a").do("b").do("long").open() == ["no-b", "no-long"]
    assert course.do("no-b").open() == ["no-a", "no-long"]


@pytest.mark.parametrize("value, taken", [(0, "a"), (1, "b"), (7, "b")])
def test_a_choice_takes_one_way(value: int, taken: str) -> None:
    assert Followed(Choice("x", (Course((task("a"),)), Course((task("b"),)))), c_x=value).open() == [taken]


@pytest.mark.parametrize("many, opened", [(Many(False, 3), ["a", "a", "a"]), (Many(True, 3), ["a"])])
def test_many_at_once_or_one_after_another(many: Many, opened: list[str]) -> None:
    assert Followed(task("a", many=many)).open() == opened


def test_enough_of_many_is_enough() -> None:
    assert Followed(task("a", many=Many(False, 3, enough=2)), task("b")).do("a").do("a").open() == ["b"]


def test_an_error_is_caught_on_the_border_and_nothing_of_the_activity_is_undone() -> None:
    border = Border("caught", Trigger("error", "A"), True, Course((Throw("throw"), task("after")), DONE))
    course = Followed(task("a"), task("b", borders=(border,))).do("a")
    (path,) = course.reference.open_jobs()
    course.reference.job_threw(path, "A", caught=True)
    assert course.open() == ["no-a"]


def test_what_cannot_be_followed_is_a_disagreement() -> None:
    course = Followed(task("a"))
    (path,) = course.reference.open_jobs()
    course.do("a")
    assert course.reference.root is None
    with pytest.raises(Disagreement, match="not alive"):
        course.reference.job_done(path, repeats=False)
    with pytest.raises(Disagreement, match="had ended"):
        course.reference.cancelled()


def test_everyone_decides_alike_about_a_job() -> None:
    assert decision_of(1, 7) == decision_of(1, 7)
    assert {decision_of(1, key) for key in range(50)} == {False, True}
    assert {decision_of(1, KEYS_OF_A_WORLD + key) for key in range(1, 50)} == {False}
