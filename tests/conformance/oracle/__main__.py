"""`python -m tests.conformance.oracle`: put every behaviour to Operaton as well, and write
docs/differences-camunda7.md.

Names narrow what is asked (globs); then nothing is written, and every difference is told.
Exit code 1: a difference without a reason, or a reason without a difference.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase

from tests.behaviours.script import BOOK
from tests.conformance.oracle.ask import ask, beside, scripts
from tests.conformance.oracle.operaton import program, why_not
from tests.conformance.oracle.reasons import read_reasons
from tests.conformance.oracle.report import Outcome, document, judge

DOCUMENT = BOOK.parents[1] / "docs" / "differences-camunda7.md"


def main() -> int:
    """Read the command line, ask, judge, write."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.oracle", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("names", nargs="*", help="globs of behaviours; without any, all of them")
    names = parser.parse_args().names
    if why_not():
        parser.error(f"Operaton cannot be asked here: it {why_not()}")
    outcome, reasons = asked(names), read_reasons()
    judgement = judge(outcome, reasons, is_whole=not names)
    if not names:
        DOCUMENT.write_text(document(outcome, reasons, judgement))
    for difference in (difference for found in outcome.differing.values() for difference in found if names):
        _say(str(difference))
    for text in judgement.unexplained:
        _say(f"UNEXPLAINED {text}")
    for title in judgement.stale:
        _say(f"STALE no difference shows any more: {title}")
    _say(
        f"{len(outcome.identical)} identical, {len(outcome.differing)} differ, {len(outcome.refused)} refused by Operaton"
    )
    return 1 if judgement.unexplained or judgement.stale else 0


def asked(names: Sequence[str]) -> Outcome:
    """All behaviours, or those of these globs, put to both."""
    outcome, reasons = Outcome(), read_reasons()
    with program() as running:
        for name, path in scripts().items():
            if not names or any(fnmatchcase(name, glob) for glob in names):
                ask(outcome, name, path, reasons, beside(running))
    return outcome


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
