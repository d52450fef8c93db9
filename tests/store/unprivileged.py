"""Opens a database as somebody whom the permissions of files bind, also where the tests are run by root.

`python -m tests.store.unprivileged read|write FILE` says in one line whether it could, or what the refusal was.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from counterflow.store.open import open_store
from counterflow.store.port import StoreError
from counterflow.store.sql.sqlite_file import open_to_read

VERSION = 0x20080522
"""Of the two structures that Linux is told capabilities in: with two times three masks of 32 bits."""


def give_up_rights() -> None:
    """Be bound by permissions from now on: root gives up all of its capabilities."""
    if os.geteuid() == 0:
        header, none = (ctypes.c_uint32 * 2)(VERSION, 0), (ctypes.c_uint32 * 6)()
        if ctypes.CDLL(None, use_errno=True).capset(header, none):
            raise OSError(ctypes.get_errno(), "root could not give up its rights")


def main(way: str, path: Path) -> str:
    """What came of opening it: `opened`, or the words of the refusal."""
    give_up_rights()
    try:
        store = open_to_read(path) if way == "read" else open_store(f"sqlite:///{path}")
    except StoreError as refusal:
        return str(refusal)
    store.close()
    return "opened"


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1], Path(sys.argv[2])))
