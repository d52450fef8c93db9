"""The house is tidy: rules that reviewers would otherwise have to remember, checked on every tracked file."""

from __future__ import annotations

import pytest

from tests.tidy import sources, whole
from tests.tidy.circles import circles, imports_among
from tests.tidy.rules import RULES, Rule

EXAMPLES = "tests/tidy/test_"
"""The tests of the rules themselves show what the rules find."""
PATHS = [path for path in sources.tracked_paths() if not path.startswith(EXAMPLES)]
SOURCES = sources.read_sources(PATHS)
IMPORTED = [
    sources.Source(path, sources.read(path))
    for path in PATHS
    if path.endswith(".py") and path.startswith(tuple(f"{root}/" for root in sources.IMPORT_ROOTS))
]
"""Everything that product code imports, generated files included."""

STANDS_IN = {"Engine"}
"""What a test puts in the place of something else goes by its name: `counterflow.testing.Engine`."""

pytestmark = pytest.mark.skipif(not PATHS, reason="a source archive has no list of tracked files")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps(rule: Rule) -> None:
    found = [
        f"{source.path}:{complaint.line}: {complaint.text}"
        for source in SOURCES
        for complaint in rule(source)
    ]
    assert not found, f"{rule.__doc__}\n" + "\n".join(found)


def test_no_file_says_what_belongs_in_none() -> None:
    texts = {path: sources.read(path) for path in PATHS if whole.is_text(path)}
    found = [
        f"{path}:{complaint.line}: {complaint.text}"
        for path, text in texts.items()
        for complaint in whole.banned_words(text)
    ]
    assert not found, "\n" + "\n".join(found)


def test_no_module_is_dead() -> None:
    found = [
        f"{path}:1: no module of the product imports it: use it, or take it away"
        for path in whole.dead_modules(SOURCES)
    ]
    assert not found, "\n" + "\n".join(found)


def test_the_tests_mirror_the_code() -> None:
    strays = [
        f"tests/{folder}: mirrors no folder of engine/counterflow: move its tests"
        for folder in whole.stray_test_folders(PATHS)
    ]
    missing = [
        f"tests/{area}: is missing: test what that folder of the code does"
        for area in whole.untested_areas(PATHS)
    ]
    assert not strays + missing, "\n" + "\n".join(strays + missing)


def test_no_module_leads_back_to_itself() -> None:
    found = circles(imports_among(IMPORTED))
    assert found == [], "open these circles: put what both need below them"


def test_a_class_name_is_given_once() -> None:
    found = whole.repeated_class_names(SOURCES)
    told = [f"{path}: {name} is the name of another class" for name in found for path in found[name]]
    assert set(found) == STANDS_IN, "\n" + "\n".join(told)
