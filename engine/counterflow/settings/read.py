"""Reads settings from flags, environment variables and a TOML file, in that order.

A value that cannot be used is refused with a sentence that names where it came from; all such values are told
at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from counterflow.settings.settings import Settings, is_loopback
from counterflow.settings.table import SETTINGS, Setting
from counterflow.settings.values import BadValue

CONFIG_VARIABLE = "COUNTERFLOW_CONFIG"
"""Names the TOML file where no flag does."""
CLIENT_VARIABLES = ("COUNTERFLOW_TOKEN",)
"""Those that are meant for commands and workers."""


class SettingsError(Exception):
    """Settings that cannot be used: one line for each."""


def read_settings(
    flags: Mapping[str, object], environment: Mapping[str, str], file: Path | None = None
) -> Settings:
    """Settings from flags, by field name, then the environment, then a TOML file, then defaults. A flag that
    is None was not given.

    The file is `file`, or the one that `COUNTERFLOW_CONFIG` names. Raises `SettingsError`.
    """
    problems: list[str] = []
    named = environment.get(CONFIG_VARIABLE, "")
    path = file or (Path(named) if named else None)
    table = _read_file(path, problems) if path is not None else {}
    chosen: dict[str, Any] = {}
    for setting in SETTINGS:
        for source, value in _sources(setting, flags, environment, table, path):
            try:
                chosen[setting.name] = setting.read(value)
            except BadValue as bad:
                problems.append(f"{source}: {setting.shown(str(bad))}")
            break
    settings = Settings(**chosen)
    problems += _refusals(settings)
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def usable(settings: Settings) -> Settings:
    """Settings that a program has made, each read as if said to a server. Texts become what they stand for.
    Raises `SettingsError`.
    """
    default, problems, chosen = Settings(), [], {}
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if value == getattr(default, setting.name) and type(value) is type(getattr(default, setting.name)):
            continue
        try:
            chosen[setting.name] = setting.read(value)
        except BadValue as bad:
            problems.append(f"{setting.name}: {setting.shown(str(bad))}")
    read = replace(default, **chosen)
    problems += _refusals(read)
    if problems:
        raise SettingsError("\n".join(problems))
    return read


def differing(settings: Settings) -> dict[str, str]:
    """The settings that are not at their defaults, as they may be shown: without secrets."""
    default = Settings()
    values = ((setting, getattr(settings, setting.name)) for setting in SETTINGS)
    return {
        setting.name: setting.shown(str(value))
        for setting, value in values
        if value != getattr(default, setting.name)
    }


def unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each variable that looks like one of ours and is none; its value is not told."""
    known = [CONFIG_VARIABLE, *CLIENT_VARIABLES, *(setting.variable for setting in SETTINGS)]
    for name in sorted(environment):
        if name.upper().startswith("COUNTERFLOW_") and name not in known:
            yield (
                f"There is no variable {name}, so it changes nothing; the nearest one is "
                f"{_nearest(name.upper(), known)}"
            )


def _nearest(name: str, known: Sequence[str]) -> str:
    return difflib.get_close_matches(name, known, n=1, cutoff=0)[0]


def _sources(
    setting: Setting,
    flags: Mapping[str, object],
    environment: Mapping[str, str],
    table: Mapping[str, object],
    path: Path | None,
) -> Iterator[tuple[str, object]]:
    name = setting.name
    if flags.get(name) is not None:
        yield setting.flag, flags[name]
    if environment.get(setting.variable):
        yield setting.variable, environment[setting.variable]
    if name in table:
        yield f"{path}, {name}", table[name]


def _read_file(path: Path, problems: list[str]) -> Mapping[str, object]:
    import tomllib  # noqa: PLC0415 - most servers have no such file

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: is not TOML: {error}")
        return {}
    known = [setting.name for setting in SETTINGS]
    problems += (
        f"{path}, {name}: there is no such setting; the nearest one is {_nearest(name, known)}, and "
        "`counterflow serve --help` lists all"
        for name in sorted(set(table) - set(known))
    )
    return table


def _refusals(settings: Settings) -> Iterator[str]:
    if (
        not settings.insecure_public
        and settings.tls_client_authority is None
        and not is_loopback(settings.host)
    ):
        lacks = "neither TLS nor authentication" if settings.tls_certificate is None else "no authentication"
        yield (
            f"host {settings.host}: expected a loopback address such as 127.0.0.1, since this server has "
            f"{lacks} of its own and whoever reaches the port may do anything; let only clients in whose "
            "certificates you trust (tls_certificate, tls_key, tls_client_authority), put a proxy in front "
            "of it, or say --insecure-public if the network is yours"
        )
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        there, missing = (
            ("tls_certificate", "tls_key") if settings.tls_key is None else ("tls_key", "tls_certificate")
        )
        yield f"{missing}: expected a file, found nothing, though there is a {there}; TLS takes both, in PEM"
    elif settings.tls_client_authority is not None and settings.tls_certificate is None:
        yield (
            "tls_certificate, tls_key: expected a file for each, found nothing, though there is a "
            "tls_client_authority"
        )
    if settings.client_bytes < 4 * settings.message_bytes:
        yield (
            f"client_bytes {settings.client_bytes}: expected at least four times message_bytes "
            f"({settings.message_bytes}), since a message takes twice its length while it waits, and nobody "
            "has more than is left for others"
        )
    if settings.variable_bytes > settings.message_bytes:
        yield (
            f"variable_bytes {settings.variable_bytes}: expected at most message_bytes "
            f"({settings.message_bytes}), or no worker could ever receive them"
        )
