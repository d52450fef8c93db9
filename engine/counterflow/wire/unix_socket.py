"""Sockets in the file system: what may stand in the place of a new one, and who may connect to it.

A server that was killed leaves its socket behind, on which nobody listens: the next one takes it away. What
anybody listens on stays, and so does what is no socket.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from counterflow.wire.contract import UnixSocket

LONGEST_PATH = 107 if sys.platform == "linux" else 103
"""Bytes that the system has room for in the address of a socket."""


def make_way(path: Path) -> None:
    """Take away the socket that a killed server left at this path. Raises `OSError`, in a sentence where it
    is ours, for a path on which no socket can be made.
    """
    _check(path)
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(
            errno.EEXIST,
            f"expected nothing there, or a socket, found a {_kind(mode)}, which is left as it is",
        )
    if _is_listened_on(path):
        raise OSError(
            errno.EADDRINUSE,
            "expected a path on which nobody listens, but somebody answers there; is another server running?",
        )
    path.unlink()


def listening(where: UnixSocket) -> socket.socket:
    """A socket at a path, before it listens: only then can anybody connect, as its mode says. Raises
    `OSError`.
    """
    make_way(where.path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(os.fspath(where.path))
        where.path.chmod(where.mode)
    except BaseException:
        made.close()
        raise
    made.setblocking(False)
    return made


@contextmanager
def created_with(mode: int) -> Iterator[None]:
    """Sockets that a library makes in the body have these permissions from the first moment."""
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)


class SocketFile:
    """A socket of ours in the file system, told from one that another server has put in its place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = _identity(path)

    def take_away(self) -> None:
        """Nobody finds it any more; what stands in its place stays."""
        with suppress(OSError):
            if _identity(self._path) == self._made:
                self._path.unlink()


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino


def _check(path: Path) -> None:
    if not hasattr(socket, "AF_UNIX"):
        raise OSError(errno.EAFNOSUPPORT, "this system has no sockets in the file system")
    size = len(os.fsencode(path))
    if size > LONGEST_PATH:
        raise OSError(
            errno.ENAMETOOLONG, f"expected a path of at most {LONGEST_PATH} bytes, found one of {size}"
        )
    if not path.parent.is_dir():
        raise OSError(errno.ENOENT, f"expected a folder to put the socket in, found none at {path.parent}")


def _kind(mode: int) -> str:
    return "folder" if stat.S_ISDIR(mode) else "link" if stat.S_ISLNK(mode) else "file"


def _is_listened_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            return False
        except BlockingIOError:
            return True  # so many wait to be let in that there is no room for us
        return True
