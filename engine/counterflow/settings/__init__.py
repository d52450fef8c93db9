"""What the server can be told: one table of settings, read from flags, environment and a TOML file. They are
read in that order; the environment's are its variables.
"""

from counterflow.settings.read import (
    CLIENT_VARIABLES,
    CONFIG_VARIABLE,
    SettingsError,
    differing,
    read_settings,
    unknown_variables,
    usable,
)
from counterflow.settings.settings import (
    UNIX,
    LogFormat,
    LogLevel,
    Settings,
    TransportName,
    is_loopback,
)
from counterflow.settings.table import EVERYDAY, SETTINGS, Setting

__all__ = [
    "CLIENT_VARIABLES",
    "CONFIG_VARIABLE",
    "EVERYDAY",
    "SETTINGS",
    "UNIX",
    "LogFormat",
    "LogLevel",
    "Setting",
    "Settings",
    "SettingsError",
    "TransportName",
    "differing",
    "is_loopback",
    "read_settings",
    "unknown_variables",
    "usable",
]
