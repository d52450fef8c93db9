"""The built-in functions, a file per kind of value (DMN 1.5, 10.3.4).

Importing this package registers them all.
"""

from counterflow.feel.builtins import (
    aggregates,
    booleans,
    chance,
    contexts,
    conversions,
    lists,
    numbers,
    ranges,
    strings,
    temporal,
)
from counterflow.feel.builtins.registry import BUILTINS

__all__ = [
    "BUILTINS",
    "aggregates",
    "booleans",
    "chance",
    "contexts",
    "conversions",
    "lists",
    "numbers",
    "ranges",
    "strings",
    "temporal",
]
