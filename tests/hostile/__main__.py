"""`make hostile`: every attack at ten times the dose that was seen to do harm, as a table."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from tests.hostile.attack import FULL, attacks
from tests.hostile.figures import COLUMNS, complaints, row, slowness
from tests.hostile.play import Conditions, play

TRANSPORTS = ("native", "grpcio")


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """What a person may say."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="this attack; may be said again")
    parser.add_argument(
        "--dose", type=float, default=FULL, metavar="N", help="times what was seen to do harm (10)"
    )
    parser.add_argument("--transport", choices=(*TRANSPORTS, "both"), default="native")
    parser.add_argument(
        "--memory", type=int, metavar="MB", help="let the server have only so much more than it starts with"
    )
    parser.add_argument("--words", action="store_true", help="tell what the server said with each status")
    parser.add_argument("--list", action="store_true", help="tell what there is and attack nobody")
    options = parser.parse_args(arguments)
    if unknown := set(options.only or ()) - set(attacks()):
        parser.error(f"there is no attack {', '.join(sorted(unknown))}; --list tells those there are")
    return options


def main() -> int:
    """Attack, print a line after each, and answer how many were too much."""
    options = read_options(sys.argv[1:])
    chosen = {name: attack for name, attack in attacks().items() if not options.only or name in options.only}
    if options.list:
        for name, attack in chosen.items():
            print(f"{name:26} x{attack.seen:<9,} {attack.story}")
        return 0
    transports = TRANSPORTS if options.transport == "both" else (options.transport,)
    print(COLUMNS, flush=True)
    failed = 0
    for name, attack in chosen.items():
        for transport in transports:
            if transport not in attack.transports:
                continue
            if sys.stderr.isatty():
                print(f"{name} ({attack.story}) …", end="\r", file=sys.stderr, flush=True)
            conditions = Conditions(options.dose, transport, options.memory)
            played = asyncio.run(play(name, attack, conditions))
            failed += any(complaints(played)) or any(slowness(played))
            print(row(played), flush=True)
            if options.words:
                for status, words in played.target.words.items():
                    print(f"    {status}: {words[:200]!r}", flush=True)
    return min(failed, 99)


if __name__ == "__main__":
    sys.exit(main())
