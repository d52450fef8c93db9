"""What every test shares: one command-line option, and properties that are searched the same way on every machine."""

from __future__ import annotations

import hypothesis
import pytest

hypothesis.settings.register_profile("counterflow", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("counterflow")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--rewrite-traces`, which `make traces` gives."""
    parser.addoption("--rewrite-traces", action="store_true", help="write the golden traces anew instead of comparing with them")


@pytest.fixture
def rewrite_traces(request: pytest.FixtureRequest) -> bool:
    """Whether the golden traces are to be written anew; a person then reviews the diff."""
    return bool(request.config.getoption("--rewrite-traces"))
