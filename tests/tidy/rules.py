"""Rules for one Python file. Each yields what it found, on which line, and what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from sys import stdlib_module_names

from tests.tidy.sources import Complaint, Source, span

Rule = Callable[[Source], Iterator[Complaint]]

CODE_LINES_PER_FILE = 400
LINES_PER_FUNCTION = 70

PRODUCT = ("engine", "workers", "protos")
MAY_PRINT = (
    "engine/counterflow/__main__.py",
    "engine/counterflow/cli",
    "workers/samples",
)
RUN_SCRIPTS = ("workers/samples/scripts",)
"""Workers that models' scripts are for, each run in a process of its own; the product runs none."""
BANNED_CALLS = {
    "eval": "evaluates text as code; parse what is expected instead",
    "exec": "runs text as code; write the function instead",
    "compile": "makes code of text; write the function instead",
    "__import__": "imports by a name that no reader sees; import it at the top",
    "breakpoint": "stops the process for a debugger; take it out",
    "os.system": "hands text to a shell; use subprocess with a list",
}
BANNED_MODULES = {
    "pickle": "its input runs as code; use msgspec",
    "marshal": "its input is trusted blindly; use msgspec",
    "shelve": "it is pickle in a file; use the store",
}
DOCUMENTED = ("engine/counterflow", "protos", "scripts", "workers/counterflow_worker")
TAKE_REAL_TIME = ("tests/benchmarks", "tests/hostile")
"""What is measured there is a real process, whose time nobody moves by hand."""
SLEEPS = ("time.sleep", "sleep", "asyncio.sleep")

BANNED_CLASS_WORDS = {"Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Info"}
NAMES_OF_OTHERS = frozenset({"tmp_path", "tmp_path_factory"})
"""Names that a library gives, which nobody here can write out."""

ABBREVIATIONS = {
    "arr", "btn", "cfg", "cnt", "ctx", "elem", "evt", "idx", "impl", "inst", "mgr", "msg", "num", "proc", "req", "res", "resp", "ret",
    "svc", "tmp", "util", "utils", "helper", "helpers", "val", "vals", "vars",
}  # fmt: skip

VAGUE_NAMES = {
    "asked": "the request, the condition, what is chosen",
    "come": "the verb of the field: arrive, reach, begin",
    "each": "one, or the noun",
    "found": "the noun: rows, match, definition",
    "told": "the noun, or answered",
    "wanted": "chosen, or the noun",
    "whereto": "target",
}
"""Names of variables that fit everything, and the kind of name that fits one thing."""

IMPURE_MODULES = {
    "asyncio", "concurrent", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select", "shutil", "signal",
    "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
PERMITTED_IMPORTS = {
    "engine/counterflow/kernel": {
        "counterflow.kernel",
        "counterflow.model",
        "counterflow.feel",
        "counterflow.dmn",
        "msgspec",
    },
    "engine/counterflow/feel": {"counterflow.feel", "msgspec", "re2"},
    "engine/counterflow/juel": {"counterflow.juel", "counterflow.feel"},
    "engine/counterflow/model": {"counterflow.model", "counterflow.feel"},
    "engine/counterflow/bpmn": {
        "counterflow.bpmn",
        "counterflow.model",
        "counterflow.feel",
        "counterflow.juel",
        "counterflow.documents",
        "lxml",
    },
    "engine/counterflow/drawing": {
        "counterflow.drawing",
        "counterflow.bpmn",
        "counterflow.dmn",
        "counterflow.documents",
        "lxml",
    },
    "engine/counterflow/dmn": {
        "counterflow.dmn",
        "counterflow.feel",
        "counterflow.juel",
        "counterflow.documents",
        "msgspec",
        "lxml",
    },
}
PURE_FOLDERS = (
    "engine/counterflow/kernel",
    "engine/counterflow/model",
    "engine/counterflow/feel",
    "engine/counterflow/juel",
    "engine/counterflow/drawing",
)

SENTENCE_END = re.compile(r"""[.!?]["')`]*(?=\s|$)""")

SUPPRESSION = re.compile(
    r"#\s*(?:type:\s*ignore|noqa|pragma:\s*no cover)(?P<code>(?:\[[^\]]*\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?)(?P<rest>.*)"
)


def short_files(source: Source) -> Iterator[Complaint]:
    """A file is read in one sitting."""
    found = source.code_lines()
    if found > CODE_LINES_PER_FILE:
        yield Complaint(
            1,
            f"{found} lines of code, {CODE_LINES_PER_FILE} are the most: split the file by what it is about",
        )


def short_functions(source: Source) -> Iterator[Complaint]:
    """A function fits on a screen."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and len(span(node)) > LINES_PER_FUNCTION:
            yield Complaint(
                node.lineno,
                f"{node.name} has {len(span(node))} lines, {LINES_PER_FUNCTION} are the most: name its parts and call them",
            )


def safe_calls(source: Source) -> Iterator[Complaint]:
    """Nothing that comes from outside is ever run."""
    for call, name in source.calls():
        if name in BANNED_CALLS and not source.within(*RUN_SCRIPTS):
            yield Complaint(call.lineno, f"{name}() {BANNED_CALLS[name]}")
    for line, module in source.imports():
        if module in BANNED_MODULES:
            yield Complaint(line, f"import of {module}: {BANNED_MODULES[module]}")


def quiet_product(source: Source) -> Iterator[Complaint]:
    """Only the command line and the samples print; everything else logs."""
    if source.within(*PRODUCT) and not source.within(*MAY_PRINT):
        for call, name in source.calls():
            if name == "print":
                yield Complaint(
                    call.lineno, "print() in the product: log it, or return it to the command line"
                )


def no_assertions(source: Source) -> Iterator[Complaint]:
    """An invariant holds whatever flags Python was started with."""
    if source.within(*PRODUCT):
        for node in source.nodes:
            if isinstance(node, ast.Assert):
                yield Complaint(
                    node.lineno,
                    "assert is removed by -O: raise an error that says what was expected and what was found",
                )


def tests_never_sleep(source: Source) -> Iterator[Complaint]:
    """A test waits for an event, or moves a clock by hand."""
    if not source.within("tests") or source.within(*TAKE_REAL_TIME):
        return
    for call, name in source.calls():
        if name in SLEEPS and not _yields_only(call):
            yield Complaint(
                call.lineno, f"{name}() in a test: wait for the event itself, or move the clock by hand"
            )


def _yields_only(call: ast.Call) -> bool:
    """Whether this is `sleep(0)`, which waits for nothing but a turn of the event loop."""
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def whole_words(source: Source) -> Iterator[Complaint]:
    """Names are words of the domain, in full."""
    for line, name, is_class in _names(source):
        if name in NAMES_OF_OTHERS:
            continue
        if is_class:
            for word in re.findall(r"[A-Z][a-z]+", name):
                if word in BANNED_CLASS_WORDS:
                    yield Complaint(line, f"class {name}: {word} says nothing; name what it is")
        for word in re.split(r"_+|(?<=[a-z])(?=[A-Z])", name):
            if word.lower() in ABBREVIATIONS and not is_class:
                yield Complaint(
                    line, f"{name}: write {word!r} out, in BPMN's word or Zeebe's where there is one"
                )


def _names(source: Source) -> Iterator[tuple[int, str, bool]]:
    """Every name given to a class, function or argument, and the file's: line, name, whether of a class."""
    yield 1, source.module.rsplit(".", 1)[-1], False
    for node in source.nodes:
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name, True
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name, False
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg, False


def telling_names(source: Source) -> Iterator[Complaint]:
    """A variable or parameter of the product is called by its noun; `found` goes with `expected` alone."""
    if not source.within("engine", "workers"):
        return
    # The fields of a row are columns of databases that are there: they keep their names.
    fields = {node.target for node in ast.walk(source.tree) if isinstance(node, ast.AnnAssign)}
    for node in (node for node in ast.walk(source.tree) if node not in fields):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = {argument.arg: argument.lineno for argument in _arguments(node)}
            if "expected" in arguments:
                arguments.pop("found", None)
            yield from (_vague(name, line) for name, line in arguments.items() if name in VAGUE_NAMES)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE_NAMES:
            yield _vague(node.id, node.lineno)


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    of = function.args
    return [*of.posonlyargs, *of.args, *of.kwonlyargs]


def _vague(name: str, line: int) -> Complaint:
    return Complaint(line, f"'{name}' could be anything; write {VAGUE_NAMES[name]}")


def says_what_it_is(source: Source) -> Iterator[Complaint]:
    """A module of ours begins with what it means."""
    if (
        source.within(*PRODUCT, "scripts", "tests")
        and source.text.strip()
        and not ast.get_docstring(source.tree)
    ):
        yield Complaint(1, "no docstring: say in a sentence what this module is for")


def public_contracts(source: Source) -> Iterator[Complaint]:
    """Whoever uses a public class, function or method reads in a sentence what goes in and what comes out."""
    if source.within(*DOCUMENTED):
        for node in source.public_definitions():
            if not ast.get_docstring(node) and not _is_setter(node):
                yield Complaint(
                    node.lineno,
                    f"{node.name} has no docstring: say what goes in, what comes out, and what it raises",
                )


def _is_setter(node: ast.stmt) -> bool:
    """Whether this sets a property, which says by its getter what it is."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return any(isinstance(one, ast.Attribute) and one.attr == "setter" for one in decorators)


def contract_on_one_line(source: Source) -> Iterator[Complaint]:
    """The first sentence of a docstring is its contract: read at a glance, found by a search, shown in a tooltip."""
    if source.within(*PRODUCT):
        for node in source.docstrings():
            first, *rest = source.lines_of(node)
            if rest and not SENTENCE_END.search(first):
                yield Complaint(
                    node.lineno,
                    "the first sentence goes on in the next line: say the contract in one line, the rest behind it",
                )


def explained_exceptions(source: Source) -> Iterator[Complaint]:
    """Who silences a tool names the rule and the reason, behind it or above; neighbours may share one."""
    reason_above = False
    for number, line in enumerate(source.text.splitlines(), start=1):
        found = SUPPRESSION.search(line)
        if found:
            reason_above = reason_above or bool(re.search(r"\w+ \w+ \w+", found["rest"]))
            if not (found["code"] and reason_above):
                yield Complaint(
                    number,
                    "a silenced tool: name the one rule in question, and behind it the reason in words",
                )
        elif line.strip():
            reason_above = line.lstrip().startswith("#")


def pure_rooms(source: Source) -> Iterator[Complaint]:
    """Kernel, FEEL and drawing know no clock, file, network or chance; inner rooms import only what is
    written down for them.
    """
    for folder, permitted in PERMITTED_IMPORTS.items():
        if source.within(folder):
            for line, module in source.imports():
                yield from _import_complaints(line, module, folder, permitted)


def _import_complaints(line: int, module: str, folder: str, permitted: set[str]) -> Iterator[Complaint]:
    """Why a file in `folder` should not import `module`, if it should not."""
    top = module.split(".", 1)[0]
    if top in stdlib_module_names:
        if top in IMPURE_MODULES and folder in PURE_FOLDERS:
            yield Complaint(
                line, f"import of {top}: {folder} is pure; what it needs to know comes with the command"
            )
    elif not any(
        module == name or module.startswith(f"{name}.") or name.startswith(f"{module}.") for name in permitted
    ):
        yield Complaint(
            line,
            f"import of {module}: {folder} may import only {', '.join(sorted(permitted))} and the standard library",
        )


RULES: tuple[Rule, ...] = (
    short_files,
    short_functions,
    safe_calls,
    quiet_product,
    no_assertions,
    tests_never_sleep,
    whole_words,
    telling_names,
    says_what_it_is,
    public_contracts,
    contract_on_one_line,
    explained_exceptions,
    pure_rooms,
)
