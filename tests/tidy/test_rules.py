"""Every rule of tidiness has teeth: here is what each of them bites, and what it lets pass."""

from __future__ import annotations

import pytest

from tests.tidy import rules
from tests.tidy.rules import Rule
from tests.tidy.sources import Source

KERNEL = "engine/counterflow/kernel/jobs.py"
EDGE = "engine/counterflow/edge/jobs.py"
TEST = "tests/kernel/test_jobs.py"
LONG_FUNCTION = "def long() -> None:\n" + "    step()\n" * 70

BITES: list[tuple[Rule, str, str, int, str]] = [
    (rules.short_files, EDGE, "x = 1\n" * 401, 1, "401 lines of code"),
    (rules.short_functions, EDGE, "\n" + LONG_FUNCTION, 2, "long has 71 lines"),
    (rules.safe_calls, EDGE, "x = 1\ny = eval(text)\n", 2, "eval() evaluates text"),
    (rules.safe_calls, TEST, "exec(text)\n", 1, "exec() runs text"),
    (rules.safe_calls, EDGE, "import pickle\n", 1, "import of pickle"),
    (rules.safe_calls, EDGE, "from pickle import loads\n", 1, "import of pickle"),
    (rules.quiet_product, EDGE, "print(1)\n", 1, "print() in the product"),
    (rules.no_assertions, KERNEL, "assert x\n", 1, "removed by -O"),
    (rules.tests_never_sleep, TEST, "import time\ntime.sleep(1)\n", 2, "time.sleep() in a test"),
    (
        rules.tests_never_sleep,
        TEST,
        "async def wait() -> None:\n    await asyncio.sleep(0.1)\n",
        2,
        "asyncio.sleep() in a test",
    ),
    (rules.whole_words, EDGE, "class JobManager:\n    pass\n", 1, "Manager says nothing"),
    (rules.whole_words, EDGE, "def send_msg() -> None: ...\n", 1, "write 'msg' out"),
    (rules.whole_words, EDGE, "def send(ctx: int) -> None: ...\n", 1, "write 'ctx' out"),
    (rules.whole_words, "engine/counterflow/edge/job_utils.py", "", 1, "write 'utils' out"),
    (rules.telling_names, EDGE, "found = rows()\n", 1, "'found' could be anything"),
    (rules.telling_names, EDGE, "def send(asked: int) -> None: ...\n", 1, "'asked' could be anything"),
    (rules.telling_names, EDGE, "rows = [each for each in rows]\n", 1, "'each' could be anything"),
    (rules.says_what_it_is, EDGE, "import os\n", 1, "no docstring"),
    (rules.public_contracts, EDGE, "def send() -> None:\n    pass\n", 1, "send has no docstring"),
    (rules.public_contracts, EDGE, "async def send() -> None: ...\n", 1, "send has no docstring"),
    (rules.public_contracts, EDGE, "class Job:\n    key: int\n", 1, "Job has no docstring"),
    (
        rules.public_contracts,
        EDGE,
        'class Job:\n    """A job."""\n\n    def send(self) -> None:\n        pass\n',
        4,
        "send has no docstring",
    ),
    (
        rules.contract_on_one_line,
        EDGE,
        'def send() -> None:\n    """Send it to whoever\n    asks."""\n',
        2,
        "goes on in the next line",
    ),
    (rules.contract_on_one_line, EDGE, 'key = 0\n"""The key of 1.5\njobs.\n"""\n', 2, "goes on in the next"),
    (rules.explained_exceptions, EDGE, "x = y  # type: ignore\n", 1, "name the one rule"),
    (rules.explained_exceptions, EDGE, "x = y  # type: ignore[arg-type]\n", 1, "the reason in words"),
    (rules.explained_exceptions, EDGE, "x = y  # noqa: S101\n", 1, "the reason in words"),
    (
        rules.explained_exceptions,
        EDGE,
        "# the reason of another line\nx = 1\ny = z  # noqa: S101\n",
        3,
        "the reason in words",
    ),
    (rules.pure_rooms, KERNEL, "import time\n", 1, "is pure"),
    (rules.pure_rooms, KERNEL, "from random import Random\n", 1, "is pure"),
    (rules.pure_rooms, KERNEL, "import sqlalchemy\n", 1, "may import only counterflow.dmn, counterflow.feel"),
    (
        rules.pure_rooms,
        KERNEL,
        "from counterflow.store.port import Store\n",
        1,
        "import of counterflow.store.port",
    ),
    (
        rules.pure_rooms,
        "engine/counterflow/feel/parser.py",
        "from counterflow.model import graph\n",
        1,
        "import of counterflow.model",
    ),
]

PASSES: list[tuple[Rule, str, str]] = [
    (rules.telling_names, EDGE, "def send(expected: str, found: str) -> None: ...\n"),
    (rules.telling_names, TEST, "found = rows()\n"),
    (rules.short_files, EDGE, "# why\n\n" * 300 + "x = 1\n" * 400 + '"""\n' + "words\n" * 50 + '"""\n'),
    (rules.short_functions, EDGE, LONG_FUNCTION.removesuffix("    step()\n")),
    (rules.safe_calls, EDGE, "import re\nre.compile('a')\nmodel.eval(text)\n"),
    (rules.quiet_product, "engine/counterflow/__main__.py", "print(1)\n"),
    (rules.quiet_product, TEST, "print(1)\n"),
    (rules.no_assertions, TEST, "assert x\n"),
    (rules.tests_never_sleep, TEST, "asyncio.sleep(0)\n"),
    (rules.tests_never_sleep, EDGE, "asyncio.sleep(1)\n"),
    (rules.whole_words, EDGE, "class Message:\n    def resolve(self, request: int) -> None: ...\n"),
    (rules.says_what_it_is, EDGE, '"""What it is."""\n'),
    (rules.says_what_it_is, EDGE, ""),
    (
        rules.public_contracts,
        EDGE,
        'def send() -> None:\n    """Send it."""\n\n    def inner() -> None: ...\n',
    ),
    (
        rules.public_contracts,
        EDGE,
        "def _send() -> None: ...\nclass _Job:\n    def send(self) -> None: ...\n",
    ),
    (
        rules.public_contracts,
        EDGE,
        'class Job:\n    """A job."""\n\n    @key.setter\n    def key(self, key: int) -> None: ...\n',
    ),
    (rules.public_contracts, TEST, "def test_a_job() -> None: ...\n"),
    (rules.contract_on_one_line, EDGE, '"""Sends jobs"""\n'),
    (
        rules.contract_on_one_line,
        EDGE,
        'def send() -> None:\n    """Send it. Whoever asks\n    has it.\n    """\n',
    ),
    (rules.contract_on_one_line, TEST, '"""What is tried\nhere."""\n'),
    (rules.explained_exceptions, EDGE, "x = y  # type: ignore[arg-type]  # the library says otherwise\n"),
    (
        rules.pure_rooms,
        KERNEL,
        "import itertools\nimport msgspec\nfrom counterflow.model.graph import Node\nfrom counterflow import feel\n",
    ),
    (rules.pure_rooms, EDGE, "import time\nimport grpc\n"),
]


@pytest.mark.parametrize("rule, path, text, line, complaint", BITES)
def test_a_rule_bites(rule: Rule, path: str, text: str, line: int, complaint: str) -> None:
    found = list(rule(Source(path, text)))
    assert [one.line for one in found][:1] == [line]
    assert complaint in found[0].text


@pytest.mark.parametrize("rule, path, text", PASSES)
def test_a_rule_lets_pass(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text))) == []


def test_every_rule_is_tried_both_ways() -> None:
    assert {rule for rule, *_ in BITES} == {rule for rule, *_ in PASSES} == set(rules.RULES)
