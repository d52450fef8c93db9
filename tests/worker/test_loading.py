"""Running a worker from a file."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from counterflow_worker import HandlerError, LoadError, Worker, load, main
from tests.worker.fake_gateway import FakeGateway, activated
from tests.worker.program import running

ONE = """
from counterflow_worker import Worker

worker = Worker(name="one")

@worker.task("greet")
def greet(name: str) -> dict[str, str]:
    return {"greeting": f"Hello {name}"}
"""


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    """A loaded file joins the modules and its folder the path, but not for longer than a test."""
    path, modules = list(sys.path), dict(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]


def write(folder: Path, text: str, name: str = "a_worker.py") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_only_worker_is_found(tmp_path: Path) -> None:
    worker = load(write(tmp_path, ONE))
    assert (worker.name, list(worker.tasks)) == ("one", ["greet"])


def test_one_worker_under_two_names_is_one(tmp_path: Path) -> None:
    assert load(write(tmp_path, ONE + "also = worker\n")).name == "one"


def test_among_several_the_one_called_worker_is_meant(tmp_path: Path) -> None:
    assert load(write(tmp_path, ONE + "other = Worker(name='two')\n")).name == "one"


def test_types_of_the_file_and_modules_beside_it_are_known(tmp_path: Path) -> None:
    write(tmp_path, "SUFFIX = '!'\n", "beside_the_worker.py")
    text = """
        from __future__ import annotations
        from dataclasses import dataclass
        from beside_the_worker import SUFFIX
        from counterflow_worker import Worker
        worker = Worker(name=SUFFIX)
        @dataclass
        class Guest:
            name: str
        @worker.task("greet")
        def greet(guest: Guest) -> None: ...
    """
    lines = [line.removeprefix("        ") for line in text.splitlines()]
    worker = load(write(tmp_path, "\n".join(lines)))
    assert (worker.name, worker.tasks["greet"].fetch) == ("!", ("name",))


def test_part_for_scripts_is_left_out(tmp_path: Path) -> None:
    assert load(write(tmp_path, ONE + "if __name__ == '__main__':\n    worker.start()\n")).name == "one"


@pytest.mark.parametrize(
    "text,message",
    [
        ("x = 1\n", r"holds no worker; expected a line such as `worker = Worker\(\)` at its top level"),
        ("from counterflow_worker import Worker\n", "holds no worker"),
        (
            "from counterflow_worker import Worker\na = Worker()\nb = Worker()\n",
            "holds several workers, a, b; expected one",
        ),
    ],
)
def test_file_without_a_worker_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        load(write(tmp_path, text))


@pytest.mark.parametrize(
    "name,message",
    [("not_there.py", "found nothing"), ("", "found a folder"), ("notes.txt", r"ends in \.py")],
)
def test_path_that_is_no_python_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    write(tmp_path, "", "notes.txt")
    with pytest.raises(LoadError, match=message):
        load(tmp_path / name)


def test_what_the_file_raises_comes_out_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(HandlerError, match="cannot be filled"):
        load(write(tmp_path, ONE + "worker.task('b')(lambda *all: None)\n"))


@pytest.mark.parametrize(
    "file,arguments,code,told",
    [
        ("not_there.py", [],                          3, "found nothing"),
        ("empty.py",     [],                          2, "holds no worker"),
        ("idle.py",      [],                          2, "this worker has no tasks"),
        ("idle.py",      ["--address", "ftp://host"], 2, "expected host:port"),
        ("one.py",       ["--task", "grete"],         2, "no handler for grete; it has greet"),
    ],
)  # fmt: skip
def test_command_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, arguments: list[str], code: int, told: str
) -> None:
    write(tmp_path, "", "empty.py")
    write(tmp_path, ONE, "one.py")
    write(tmp_path, "from counterflow_worker import Worker\nworker = Worker()\n", "idle.py")
    assert main([str(tmp_path / file), *arguments]) == code
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""


async def test_command_works_until_it_is_told_to_stop(gateway: FakeGateway, tmp_path: Path) -> None:
    await gateway.add_jobs(activated(1, "greet", {"name": "Ada"}))
    file = write(tmp_path, ONE)
    async with running("-m", "counterflow_worker", str(file), "--address", gateway.address) as command:
        completed = await gateway.called("CompleteJob")
        command.send_signal(signal.SIGTERM)
        _, words = await command.communicate()

    assert command.returncode == 0
    assert completed.variables == '{"greeting":"Hello Ada"}'
    assert f"one takes greet from {gateway.address}" in words.decode()
    assert "one takes no more jobs and finishes those it has" in words.decode()


def test_worker_is_the_same_class_inside_and_outside(tmp_path: Path) -> None:
    assert isinstance(load(write(tmp_path, ONE)), Worker)
