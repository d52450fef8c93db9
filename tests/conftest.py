"""What every test shares: a command-line option, and properties searched the same way on every machine."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

hypothesis.settings.register_profile("counterflow", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("counterflow")

# What is compiled is kept, here and in the processes that tests start, whatever the environment says: else
# each of these hundreds compiles every source again, which is a third of what its start costs.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--rewrite-traces`, which `make traces` gives."""
    parser.addoption(
        "--rewrite-traces",
        action="store_true",
        help="write the golden traces anew instead of comparing with them",
    )


@pytest.fixture
def rewrite_traces(request: pytest.FixtureRequest) -> bool:
    """Whether the golden traces are to be written anew; a person then reviews the diff."""
    return bool(request.config.getoption("--rewrite-traces"))


@pytest.fixture(autouse=True)
def handlers_as_before() -> Iterator[None]:
    """What a command that ran in this process has given to the root logger goes with its test: others read
    records as they are.
    """
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers[:] = [handler for handler in root.handlers if handler in before]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where CI is set everything that the tests need has to be there: a skipped test fails the run, since
    nobody would notice it.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return
    skipped = reporter.stats.get("skipped", [])
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(
            f"{len(skipped)} tests were skipped, and with CI set none may be: provide what the reasons below name"
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
