"""Rules for the repository as a whole: banned words, files that nobody needs, code that nobody tests."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from tests.tidy.sources import Complaint, Source

UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w./:-])/(?:wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers)/\w")
REGISTRY_HOST = re.compile(
    r"\b(?:pypi\.o"
    r"rg|pythonhosted\.o"
    r"rg|registry\.npmjs\.o"
    r"rg|proxy\.golang\.o"
    r"rg|repo1?\.maven\.o"
    r"rg|index\.crates\.i"
    r"o)\b"
)
BANNED_TEXT = (
    (UNFINISHED, "is unfinished work: finish it, or leave it out and say so in the documents"),
    (MACHINE_PATH, "is a path on somebody's machine: make it relative to the repository, or a setting"),
    (REGISTRY_HOST, "is a registry's host: name the package and let the client find it"),
)
BINARY_SUFFIXES = {".png", ".jpg", ".ico", ".gif", ".woff2", ".webp", ".pdf", ".gz", ".zip"}

ENTRY_POINTS = {
    "counterflow",
    "counterflow.__main__",
    "counterflow.testing",
    "counterflow_wire.reflection",
    "counterflow_worker",
    "counterflow_worker.__main__",
    "counterflow_worker.testing",
}
"""Modules that a person or a program outside imports or runs."""

LOADED_BY_NAME = (
    "engine/counterflow/store/sql/migrations",
    "engine/counterflow/cli/commands",
    "engine/counterflow/cli/demo/command.py",
)
"""What a tool finds by itself, and what stands in the command line's own table of names."""

SHAPES = ("engine/counterflow/queries/shapes", "engine/counterflow/edge/rest/shapes")
"""What the engine answers is called as what it shows: these classes share their names with what is inside."""

TEST_FOLDERS_BY_SUBJECT = {
    "behaviours",
    "engine",
    "testing",
    "compatibility",
    "conformance",
    "simulation",
    "benchmarks",
    "hostile",
    "protos",
    "packaging",
    "scripts",
    "docs",
    "tidy",
    "samples",
    "worker",
}
"""Folders of tests that mirror something other than a folder of the engine."""


def banned_words(text: str) -> Iterator[Complaint]:
    """What no tracked text file may say."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, why in BANNED_TEXT:
            found = pattern.search(line)
            if found:
                yield Complaint(number, f"{found.group()!r} {why}")


def is_text(path: str) -> bool:
    """Whether a file is read by people."""
    return PurePosixPath(path).suffix not in BINARY_SUFFIXES


def dead_modules(sources: Iterable[Source]) -> list[str]:
    """Modules of the engine and the SDK that the product never imports and nobody outside starts with."""
    product = [source for source in sources if source.within("engine", "workers", "protos")]
    imported = {module for source in product for _, module in source.imports() if module != source.module}
    candidates = [source for source in product if source.within("engine", "workers/counterflow_worker")]
    return [source.path for source in candidates if not _is_alive(source, imported)]


def _is_alive(source: Source, imported: set[str]) -> bool:
    """A package is alive with any of its modules."""
    if source.module in ENTRY_POINTS or source.module in imported or source.within(*LOADED_BY_NAME):
        return True
    return source.path.endswith("/__init__.py") and any(
        module.startswith(f"{source.module}.") for module in imported
    )


def stray_test_folders(paths: Iterable[str]) -> list[str]:
    """Folders in tests/ that mirror nothing."""
    known = set(paths)
    areas = {
        PurePosixPath(path).parts[2]
        for path in known
        if path.startswith("engine/counterflow/") and len(PurePosixPath(path).parts) > 3
    }
    folders = {
        PurePosixPath(path).parts[1]
        for path in known
        if path.startswith("tests/") and len(PurePosixPath(path).parts) > 2
    }
    return sorted(folders - areas - TEST_FOLDERS_BY_SUBJECT)


def untested_areas(paths: Iterable[str]) -> list[str]:
    """Folders of the engine, and the SDK, without a folder of tests."""
    known = list(paths)
    parts = [PurePosixPath(path).parts for path in known if path.endswith(".py")]
    areas = {part[2] for part in parts if part[:2] == ("engine", "counterflow") and len(part) > 3}
    if any(part[:2] == ("workers", "counterflow_worker") for part in parts):
        areas.add("worker")
    tested = {
        part[1] for part in parts if part[0] == "tests" and len(part) > 2 and part[-1].startswith("test_")
    }
    return sorted(areas - tested)


def repeated_class_names(sources: Iterable[Source]) -> Mapping[str, list[str]]:
    """The names that more than one class of the engine has, with the files of these.

    Names that begin with an underscore are of their file alone.
    """
    places: defaultdict[str, list[str]] = defaultdict(list)
    for source in sources:
        if source.within("engine") and not source.within(*SHAPES):
            for node in source.nodes:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    places[node.name].append(source.path)
    return {name: paths for name, paths in places.items() if len(paths) > 1}
