"""Zeebe 8.6.0 as the peer to measure beside, fetched by Maven on first use and kept in the cache of the tests.

Its licence permits development and test; it is used for nothing else, and nothing of it is part of this project.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import grpc

from counterflow_wire import gateway
from tests.benchmarks.processes import Served
from tests.conformance.server_process import free_port
from tests.conformance.toolchains import cache_folder

VERSION = "8.6.0"
LEAST_JAVA = 21
HEAP = "2g"
PATIENCE_SECONDS = 180.0
LOOK_AGAIN_SECONDS = 0.05

JAVA_OPTIONS = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED "
    f"--enable-native-access=ALL-UNNAMED -Xmx{HEAP}"
)
UNSAFE_OPTION = "--sun-misc-unsafe-memory-access=allow"
"""Wanted from Java 24 on, and not understood before."""


class ZeebeFailed(Exception):
    """It could not be fetched or did not start; says why."""


@cache
def why_no_zeebe() -> str:
    """Why it cannot be run here, or nothing."""
    if shutil.which("mvn") is None:
        return "there is no Maven on this machine"
    if not _java():
        return f"there is no Java from {LEAST_JAVA} on"
    return ""


@contextmanager
def zeebe(folder: Path) -> Iterator[Served]:
    """A broker with its gateway, its data in `folder`, from start to SIGTERM; yields it when its partition has a leader."""
    port = free_port()
    with (folder / "zeebe.log").open("w") as log:
        process = subprocess.Popen(
            [str(_unpacked() / "bin" / "broker")], env=_environment(folder, port), stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until_ready(f"127.0.0.1:{port}", process, folder / "zeebe.log")
        yield Served(f"127.0.0.1:{port}", process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def fetch() -> None:
    """Have it on disk, so that fetching is not measured."""
    _unpacked()


@cache
def _unpacked() -> Path:
    folder = cache_folder() / f"camunda-zeebe-{VERSION}"
    if folder.exists():
        return folder
    archive = cache_folder() / "fetched"
    artifact = f"-Dartifact=io.camunda:camunda-zeebe:{VERSION}:tar.gz"
    command = ["mvn", "--quiet", "--batch-mode", "dependency:copy", artifact, f"-DoutputDirectory={archive}"]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)
    if fetched.returncode:
        raise ZeebeFailed(f"Maven could not fetch Zeebe {VERSION}: {(fetched.stdout + fetched.stderr).strip()[-2_000:]}")
    unfinished = archive / "unpacked"
    shutil.rmtree(unfinished, ignore_errors=True)
    with tarfile.open(archive / f"camunda-zeebe-{VERSION}.tar.gz") as packed:
        packed.extractall(unfinished, filter="data")
    (unfinished / folder.name).rename(folder)
    shutil.rmtree(archive)
    return folder


def _environment(folder: Path, port: int) -> Mapping[str, str]:
    home, version = _java()[0]
    internal, command, management, web = (str(free_port()) for _ in range(4))
    return os.environ | {
        "JAVA_HOME": str(home),
        "JAVA_OPTS": f"{JAVA_OPTIONS} {UNSAFE_OPTION}" if version >= 24 else JAVA_OPTIONS,
        "ZEEBE_BROKER_DATA_DIRECTORY": str(folder / "zeebe"),
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "1GB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "500MB",
        "ZEEBE_BROKER_GATEWAY_ENABLE": "true",
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": "127.0.0.1",
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": str(port),
        "ZEEBE_BROKER_NETWORK_HOST": "127.0.0.1",
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": command,
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": internal,
        "ZEEBE_BROKER_CLUSTER_INITIALCONTACTPOINTS": f"127.0.0.1:{internal}",
        "SERVER_ADDRESS": "127.0.0.1",
        "SERVER_PORT": web,
        "MANAGEMENT_SERVER_ADDRESS": "127.0.0.1",
        "MANAGEMENT_SERVER_PORT": management,
    }


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with grpc.insecure_channel(address) as channel:
        while not _has_leader(channel):
            if process.poll() is not None or time.monotonic() > deadline:
                raise ZeebeFailed(f"Zeebe {VERSION} did not become ready:\n{log.read_text()[-4_000:]}")
            time.sleep(LOOK_AGAIN_SECONDS)


def _has_leader(channel: grpc.Channel) -> bool:
    topology: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{gateway.SERVICE}/Topology")
    try:
        found = gateway.TopologyResponse.FromString(topology(gateway.TopologyRequest().SerializeToString(), timeout=5))
    except grpc.RpcError:
        return False
    partitions = [partition for broker in found.brokers for partition in broker.partitions]
    return any((partition.role, partition.health) == (0, 0) for partition in partitions)


@cache
def _java() -> list[tuple[Path, int]]:
    """Homes of Java that are new enough, with their versions, the oldest first."""
    named, found = os.environ.get("JAVA_HOME"), shutil.which("java")
    homes = {Path(named)} if named else set()
    homes |= {Path(found).resolve().parents[1]} if found else set()
    homes |= {home.resolve() for home in Path("/usr/lib/jvm").glob("*") if (home / "bin" / "java").exists()}
    versions = [(home, _version_of(home / "bin" / "java")) for home in homes]
    return sorted(((home, version) for home, version in versions if version >= LEAST_JAVA), key=lambda one: one[1])


def _version_of(java: Path) -> int:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return 0
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0
