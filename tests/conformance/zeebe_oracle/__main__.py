"""`python -m tests.conformance.zeebe_oracle`: ask a real Zeebe, and write docs/differences.md.

Without `--zeebe` one is started with `--start SCRIPT` (default ../shared/bench/zeebe.sh). One that runs already is named with
`--zeebe HOST:PORT --management HOST:PORT --log FILE`: it must have been started with the environment that `zeebe.EXPORTER` has, and
write its log to that file. COUNTERFLOW_ORACLE_ZEEBE, COUNTERFLOW_ORACLE_MANAGEMENT and COUNTERFLOW_ORACLE_LOG say the same.
Names narrow what is asked (globs); then nothing is written unless `--write` says where.
Exit code 1: a difference without a reason, or a reason without a difference.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import nullcontext
from fnmatch import fnmatchcase
from pathlib import Path

from tests.conformance.zeebe_oracle.ask import ask, beside, scripts
from tests.conformance.zeebe_oracle.commands import ask_commands
from tests.conformance.zeebe_oracle.reasons import read_reasons
from tests.conformance.zeebe_oracle.report import Outcome, document, judge
from tests.conformance.zeebe_oracle.zeebe import Running, started, zeebe_side

REPOSITORY = Path(__file__).parents[3]
DOCUMENT = REPOSITORY / "docs" / "differences.md"


def main() -> int:
    """Read the command line, ask, judge, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.zeebe_oracle", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="globs of behaviours; without any, all of them and the commands")
    parser.add_argument("--zeebe", default=os.environ.get("COUNTERFLOW_ORACLE_ZEEBE"), help="the gateway of a Zeebe that runs, HOST:PORT")
    parser.add_argument("--management", default=os.environ.get("COUNTERFLOW_ORACLE_MANAGEMENT"), help="its actuator, HOST:PORT")
    parser.add_argument("--log", type=Path, default=os.environ.get("COUNTERFLOW_ORACLE_LOG"), help="the file that it logs to")
    parser.add_argument(
        "--start", type=Path, default=REPOSITORY.parent / "shared" / "bench" / "zeebe.sh", help="starts one: SCRIPT WORKDIR"
    )
    parser.add_argument("--write", type=Path, help="where the document goes; without names: docs/differences.md")
    options = parser.parse_args()
    if options.zeebe and not (options.management and options.log):
        parser.error("expected --management HOST:PORT and --log FILE beside --zeebe")
    if not options.zeebe and not options.start.exists():
        parser.error(f"expected a script that starts Zeebe at {options.start}, but there is none: name one with --start, or use --zeebe")
    running = Running(options.zeebe, options.management, options.log) if options.zeebe else None
    with nullcontext(running) if running is not None else started(options.start) as zeebe:
        outcome = asyncio.run(_ask_all(zeebe, options.names))
    reasons = read_reasons()
    judgement = judge(outcome, reasons, is_whole=not options.names)
    target = options.write or (None if options.names else DOCUMENT)
    if target is not None:
        target.write_text(document(outcome, reasons, judgement))
    for text in judgement.unexplained:
        _say(f"UNEXPLAINED {text}")
    for title in judgement.stale:
        _say(f"STALE no difference shows any more: {title}")
    _say(f"{len(outcome.identical)} identical, {len(outcome.differing)} differ, {len(outcome.refused)} refused by Zeebe")
    return 1 if judgement.unexplained or judgement.stale else 0


async def _ask_all(running: Running, globs: list[str]) -> Outcome:
    outcome, reasons = Outcome(), read_reasons()
    async with zeebe_side(running) as zeebe:
        pair = beside(zeebe)
        for name, path in scripts().items():
            if not globs or any(fnmatchcase(name, glob) for glob in globs):
                await ask(outcome, name, path, reasons, pair)
        await ask_commands(outcome, pair, globs)
    return outcome


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
