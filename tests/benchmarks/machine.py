"""What kind of machine this is, without saying which."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from google.protobuf.internal import api_implementation


def description() -> list[str]:
    """A line for each thing that figures depend on."""
    libraries = ("protobuf", "uvloop", "hpack", "msgspec", "grpcio")
    return [
        f"{os.cpu_count()} cores ({_processor()}), {_memory()}, {platform.system()} {platform.release().split('-', 1)[0]}",
        ", ".join(
            [f"CPython {platform.python_version()}", *(f"{name} {version(name)}" for name in libraries)]
        ),
        f"protobuf by {api_implementation.Type()}, SQLite {sqlite3.sqlite_version}",
        f"load of the machine before: {os.getloadavg()[0]:.1f}",
    ]


def resident_megabytes(process_id: int) -> float:
    """Memory of a process that is in use and in RAM (VmRSS). Raises `OSError` where there is no /proc."""
    return _megabytes(process_id, "VmRSS:")


def peak_megabytes(process_id: int) -> float:
    """The most that it ever was (VmHWM). Raises `OSError` where there is no /proc."""
    return _megabytes(process_id, "VmHWM:")


def _megabytes(process_id: int, what: str) -> float:
    for line in Path("/proc", str(process_id), "status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024
    raise OSError(f"process {process_id} says nothing about its memory")


def processor_seconds(process_id: int) -> float:
    """What a process has taken of the processors so far, in its own code and in the system's.

    Raises `OSError` where there is no /proc.
    """
    fields = Path("/proc", str(process_id), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    return _first("/proc/cpuinfo", "model name") or platform.machine()


def _memory() -> str:
    kilobytes = _first("/proc/meminfo", "MemTotal").split()
    return f"{int(kilobytes[0]) / 1024**2:.0f} GB" if kilobytes else "memory unknown"


def _first(path: str, key: str) -> str:
    try:
        found = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in found if line.startswith(key)), "")
