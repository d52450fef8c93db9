"""A socket in the file system instead of a port: who may connect, and what if one is there already."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import quote

import grpc
import pytest

from counterflow.wire.contract import RpcServer, UnixSocket
from counterflow.wire.unix_socket import LONGEST_PATH, SocketFile, created_with, make_way
from tests.wire.certificates import Certificates
from tests.wire.house import BOTH, House, Made, unary


@pytest.fixture(params=BOTH, ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Made:
    """Who keeps the contract."""
    made: Made = request.param
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a b.sock"


@asynccontextmanager
async def serving(make: Made, where: UnixSocket) -> AsyncIterator[tuple[House, RpcServer]]:
    house = House()
    server = make(house.methods())
    await server.start_on(where)
    try:
        yield house, server
    finally:
        await server.stop(0.05)


def name_of(path: Path) -> str:
    return f"unix:{quote(str(path))}"


def calling(path: Path) -> grpc.aio.Channel:
    return grpc.aio.insecure_channel(name_of(path))


def permissions_of(path: Path) -> int | None:
    """Of a socket; None where there is none."""
    if not path.exists():
        return None
    found = path.lstat().st_mode
    return stat.S_IMODE(found) if stat.S_ISSOCK(found) else None


def left_behind(path: Path) -> None:
    """What a server that was killed leaves."""
    with closing(socket.socket(socket.AF_UNIX)) as killed:
        killed.bind(str(path))


async def refused(make: Made, path: Path) -> OSError:
    with pytest.raises(OSError, match=r".") as caught:
        await make([]).start_on(UnixSocket(path))
    return caught.value


@pytest.mark.parametrize("size", [0, 300_000])
async def test_calls_and_who_calls(make: Made, path: Path, size: int) -> None:
    async with serving(make, UnixSocket(path)) as (house, _), calling(path) as channel:
        assert await unary(channel, "echo")(bytes(size)) == bytes(size)
        waiting = asyncio.ensure_future(unary(channel, "wait")(b"a", metadata=[("x", "1")]))
        await house.until(lambda: "a" in house.calls)
        caller = house.calls["a"].caller
        assert (caller.peer, caller.identities) == ("unix:", ())
        assert ("x", "1") in caller.metadata
        house.calls["a"].answer(b"")
        assert await waiting == b""


@pytest.mark.parametrize("mode", [0o600, 0o660])
async def test_who_may_connect_is_said_by_its_mode(make: Made, path: Path, mode: int) -> None:
    before = os.umask(0o022)
    try:
        async with serving(make, UnixSocket(path, mode)):
            assert permissions_of(path) == mode
            assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


async def test_the_socket_goes_with_its_server(make: Made, path: Path) -> None:
    async with serving(make, UnixSocket(path)):
        assert permissions_of(path) == 0o600
    assert permissions_of(path) is None


async def test_what_a_killed_server_left_makes_way(make: Made, path: Path) -> None:
    left_behind(path)
    async with serving(make, UnixSocket(path)), calling(path) as channel:
        assert await unary(channel, "echo")(b"x") == b"x"


async def test_a_path_on_which_somebody_listens_stays_his(make: Made, path: Path) -> None:
    async with serving(make, UnixSocket(path)), calling(path) as channel:
        error = await refused(make, path)
        assert error.errno == errno.EADDRINUSE
        assert "but somebody answers there" in str(error)
        assert await unary(channel, "echo")(b"x") == b"x"


async def test_who_does_not_let_anybody_in_is_somebody_all_the_same(make: Made, path: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as busy, closing(socket.socket(socket.AF_UNIX)) as waiting:
        busy.bind(str(path))
        busy.listen(0)
        waiting.connect(str(path))
        assert (await refused(make, path)).errno == errno.EADDRINUSE


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_what_is_no_socket_is_left_as_it_is(make: Made, path: Path, what: str) -> None:
    if what == "file":
        path.write_text("precious")
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to("elsewhere")
    error = asyncio.run(refused(make, path))
    assert error.errno == errno.EEXIST
    assert f"found a {what}, which is left as it is" in str(error)
    assert path.is_symlink() or path.exists()


async def test_paths_on_which_no_socket_can_be_made(make: Made, tmp_path: Path) -> None:
    long = tmp_path / ("x" * LONGEST_PATH)
    assert f"expected a path of at most {LONGEST_PATH} bytes, found one of" in str(await refused(make, long))
    lost = tmp_path / "nowhere" / "a.sock"
    assert f"expected a folder to put the socket in, found none at {lost.parent}" in str(
        await refused(make, lost)
    )


def test_a_system_without_such_sockets_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    with pytest.raises(OSError, match="this system has no sockets in the file system"):
        make_way(path)


def test_a_socket_that_another_server_has_put_there_stays(path: Path) -> None:
    left_behind(path)
    file = SocketFile(path)
    path.rename(path.with_suffix(".old"))
    left_behind(path)
    file.take_away()
    assert path.exists()
    path.unlink()
    file.take_away()


def test_permissions_hold_from_the_first_moment(path: Path) -> None:
    with created_with(0o620):
        left_behind(path)
    assert stat.S_IMODE(path.lstat().st_mode) == 0o620


async def test_over_tls(make: Made, path: Path, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    server = make(House().methods(), tls=certificates.tls())
    await server.start_on(UnixSocket(path))
    options = [("grpc.ssl_target_name_override", "localhost")]
    async with grpc.aio.secure_channel(name_of(path), certificates.credentials(), options) as channel:
        assert await unary(channel, "echo")(b"x") == b"x"
    await server.stop(0.05)
