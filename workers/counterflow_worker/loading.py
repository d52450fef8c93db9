"""Running a file that holds a worker: `python -m counterflow_worker FILE.py [--address HOST:PORT]`."""

import argparse
import asyncio
import importlib.util
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from counterflow_worker.client import Client
from counterflow_worker.clock import SystemClock
from counterflow_worker.errors import AddressError, HandlerError, LoadError, WorkerError
from counterflow_worker.log_lines import LineFormatter, visible
from counterflow_worker.reload import Reloader
from counterflow_worker.worker import Worker

OK, FAILED, USAGE, NOT_FOUND, INTERRUPTED = 0, 1, 2, 3, 130


def load(path: str | Path) -> Worker:
    """The worker that a Python file defines at its top level: the only one, or the one named `worker`.

    The file is run as an import runs it, so `if __name__ == "__main__":` parts are left out; what it raises
    comes out as it is. Raises LoadError when there is no such file, no worker in it, or several without one
    named `worker`.
    """
    module = run_file(Path(path))
    workers = {name: value for name, value in vars(module).items() if isinstance(value, Worker)}
    if len(set(map(id, workers.values()))) == 1:
        return next(iter(workers.values()))
    if "worker" in workers:
        return workers["worker"]
    if workers:
        raise LoadError(
            f"{path} holds several workers, {', '.join(workers)}; expected one, or one named `worker`"
        )
    raise LoadError(f"{path} holds no worker; expected a line such as `worker = Worker()` at its top level")


def run_file(path: Path) -> ModuleType:
    """The module that running a file makes. Raises LoadError if it is none, and what the file raises.

    The file's folder comes first on the import path, and stays.
    """
    if not path.is_file():
        raise LoadError(f"{path}: expected a Python file, found {'a folder' if path.is_dir() else 'nothing'}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise LoadError(f"{path}: expected a file whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    # As `python FILE.py` does: the modules beside the file can be imported, and types in it can be found by
    # name.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main(arguments: Sequence[str] | None = None) -> int:
    """Load and run the worker that the arguments name; the exit code.

    0 stopped in good order, 1 failed, 2 the worker or the command is written wrongly, 3 no such file, 130
    interrupted before it has begun.
    """
    options = parser().parse_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.INFO, handlers=[handler])
    try:
        return run(options, sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


def run(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Do what the options say; the exit code.

    The worker is in this process or, for `--reload`, in one of its own.
    """
    path = Path(options.file)
    if options.reload and path.is_file():
        command = [
            sys.executable,
            "-m",
            "counterflow_worker",
            *(word for word in arguments if word != "--reload"),
        ]
        return asyncio.run(Reloader(command, path.resolve().parent, SystemClock()).run())
    try:
        worker = load(path)
        if options.address:
            worker.client = Client(options.address)
        if options.task:
            worker.keep(options.task)
        worker.start()
    except LoadError as error:
        return refuse(error, USAGE if path.is_file() else NOT_FOUND)
    except (HandlerError, AddressError) as error:
        return refuse(error, USAGE)
    except WorkerError as error:
        return refuse(error, FAILED)
    return OK


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    commands = argparse.ArgumentParser(
        prog="counterflow_worker",
        allow_abbrev=False,
        description="Run the worker that a Python file defines.",
    )
    commands.add_argument("file", metavar="FILE.py", help="a file with `worker = Worker()` at its top level")
    commands.add_argument(
        "--address", help="the server, host:port or https://host:port (else ZEEBE_ADDRESS, else this machine)"
    )
    commands.add_argument(
        "--task",
        action="append",
        metavar="TYPE",
        help="do only this task of the file; may be said several times",
    )
    commands.add_argument(
        "--reload",
        action="store_true",
        help="start it anew when a Python file in its folder changes; no job is lost",
    )
    commands.add_argument(
        "--verbose", action="store_true", help="log every attempt, not only what a person should know"
    )
    return commands


def refuse(error: Exception, code: int) -> int:
    """Write why on standard error; the exit code that was given."""
    sys.stderr.write(f"{visible(str(error))}\n")
    return code
