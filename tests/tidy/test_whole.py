"""The rules for the repository as a whole, on small repositories made up for them."""

from __future__ import annotations

import pytest

from tests.tidy import whole
from tests.tidy.sources import Source


# what no file may say is put together here, so that this file does not say it either
@pytest.mark.parametrize(
    "line, complaint",
    [
        ("# TODO: later", "is unfinished work"),
        ("x = 1  # FIXME", "is unfinished work"),
        ("open('/ro" + "ot/file')", "is a path on somebody's machine"),
        ("see /wo" + "rk/notes", "is a path on somebody's machine"),
        ("from https://py" + "pi.org/simple", "is a registry's host"),
    ],
)
def test_a_banned_word_is_found_where_it_is(line: str, complaint: str) -> None:
    found = list(whole.banned_words(f"fine\n{line}\n"))
    assert [one.line for one in found] == [2]
    assert complaint in found[0].text


@pytest.mark.parametrize(
    "line",
    ["a todo list", "https://example.org/home/page", "engine/work/file", "the root/ folder", "mastodon"],
)
def test_words_that_only_look_alike_pass(line: str) -> None:
    assert list(whole.banned_words(line)) == []


def test_a_picture_is_not_read() -> None:
    assert not whole.is_text("docs/cockpit.png")
    assert whole.is_text("bpmn/showcase/trip.bpmn")


def test_a_module_that_nobody_imports_is_dead() -> None:
    sources = [
        Source("engine/counterflow/__main__.py", "from counterflow.kernel import step\n"),
        Source("engine/counterflow/kernel/__init__.py", ""),
        Source("engine/counterflow/kernel/step.py", "import counterflow.kernel.jobs\n"),
        Source("engine/counterflow/kernel/jobs.py", ""),
        Source("engine/counterflow/kernel/lost.py", "from counterflow.kernel.lost import itself\n"),
        Source("engine/counterflow/store/sql/migrations/env.py", ""),
        Source("tests/kernel/test_lost.py", "import counterflow.kernel.lost\n"),
    ]
    assert whole.dead_modules(sources) == ["engine/counterflow/kernel/lost.py"]


def test_a_package_lives_with_its_modules() -> None:
    sources = [
        Source("engine/counterflow/__main__.py", "import counterflow.store.memory\n"),
        Source("engine/counterflow/store/__init__.py", ""),
        Source("engine/counterflow/store/memory.py", ""),
        Source("engine/counterflow/cockpit/__init__.py", ""),
    ]
    assert whole.dead_modules(sources) == ["engine/counterflow/cockpit/__init__.py"]


def test_folders_of_tests_mirror_folders_of_code() -> None:
    paths = [
        "engine/counterflow/kernel/jobs.py",
        "engine/counterflow/store/port.py",
        "tests/kernel/test_jobs.py",
        "tests/misc/test_all.py",
    ]
    assert whole.stray_test_folders(paths) == ["misc"]
    assert whole.untested_areas(paths) == ["store"]


def test_the_worker_has_tests_of_its_own() -> None:
    paths = ["workers/counterflow_worker/job.py"]
    assert whole.untested_areas(paths) == ["worker"]
    assert whole.untested_areas([*paths, "tests/worker/test_job.py"]) == []


def test_a_name_of_two_classes_is_found_unless_one_is_a_shape_or_private() -> None:
    sources = [
        Source("engine/counterflow/kernel/rows.py", "class Job: ...\nclass Loop: ...\nclass _Own: ...\n"),
        Source("engine/counterflow/loop.py", "def make() -> type:\n    class Loop: ...\n    return Loop\n"),
        Source("engine/counterflow/feel/tree.py", "class _Own: ...\n"),
        Source("engine/counterflow/queries/shapes/jobs.py", "class Job: ...\n"),
        Source("workers/counterflow_worker/job.py", "class Job: ...\n"),
    ]
    found = whole.repeated_class_names(sources)
    assert found == {"Loop": ["engine/counterflow/kernel/rows.py", "engine/counterflow/loop.py"]}
