"""The tracked files of this repository, as the rules of tidiness read them."""

from __future__ import annotations

import ast
import io
import shutil
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent.parent
IMPORT_ROOTS = ("engine", "protos", "workers")
GENERATED = frozenset(
    f"protos/counterflow_wire/{name}" for name in ("descriptors.py", "gateway.py", "counterflow_v1.py")
)
SILENT_TOKENS = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Complaint:
    """What is untidy on a line, and what to do about it."""

    line: int
    text: str


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the root of the repository, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, filename=self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the file."""
        return tuple(ast.walk(self.tree))

    @property
    def module(self) -> str:
        """The name it is imported by, such as `counterflow.kernel.jobs`; a package by its own name."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        parts = parts[1:] if parts[0] in IMPORT_ROOTS else parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def within(self, *folders: str) -> bool:
        """Whether the file lies in one of these folders, or is one of these files."""
        return any(self.path == folder or self.path.startswith(f"{folder}/") for folder in folders)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with the dotted name that is called; calls of anything else are passed over."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, dotted(node.func)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every module that is imported, by line; `from a import b` is `a` and `a.b`, for b may be a module."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.lineno, node.module
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)

    def public_definitions(self) -> Iterator[Definition]:
        """The classes, functions and methods that others may use: no part of their names begins with `_`."""
        yield from _public(self.tree)

    def docstrings(self) -> Iterator[ast.Expr]:
        """Every expression that is only a string: what modules, classes, functions and names say of themselves."""
        for node in self.nodes:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and is_text(node.value):
                yield node

    def code_lines(self) -> int:
        """How many lines hold code: no blank ones, comments or docstrings."""
        lines: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type not in SILENT_TOKENS:
                lines.update(range(token.start[0], token.end[0] + 1))
        return len(lines - self._docstring_lines())

    def lines_of(self, node: ast.stmt) -> list[str]:
        """The lines of a statement, as they are written."""
        return self.text.splitlines()[node.lineno - 1 : node.end_lineno]

    def _docstring_lines(self) -> set[int]:
        return {line for node in self.docstrings() for line in span(node)}


def _public(owner: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """What is public in a module or class and in the classes inside; what a function holds is its own."""
    for node in owner.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def is_text(constant: ast.Constant) -> bool:
    """Whether a constant is a string."""
    return isinstance(constant.value, str)


def span(node: ast.stmt) -> range:
    """The lines of a statement."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a name or attribute, the empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def tracked_paths() -> list[str]:
    """Every tracked file that is there, by its path from the root; empty where there is no git repository (a
    source archive).
    """
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return []
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]


def read_sources(paths: list[str]) -> list[Source]:
    """The Python files among `paths` that people write."""
    return [Source(path, read(path)) for path in paths if path.endswith(".py") and path not in GENERATED]


def read(path: str) -> str:
    """The text of a file; what is no UTF-8 is replaced, for a rule looks for words, not for encodings."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")
