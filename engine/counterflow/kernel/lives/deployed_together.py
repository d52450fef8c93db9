"""What processes are bound to as it was deployed with them: decisions and forms, by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from counterflow.kernel.lives.versions import listed
from counterflow.kernel.vocabulary import Rejection, RejectionType
from counterflow.model.graph import Process


def ids_of(named: Iterable[object]) -> set[str | None]:
    """The ids among what is named; None where only an expression tells which."""
    return {name if isinstance(name, str) else None for name in named}


def refuse_unbound(
    ids: set[str | None],
    process: Process,
    resource_name: str,
    deployed: Iterable[str],
    *,
    what: str,
    suffix: str,
) -> None:
    """A process that is bound to what is not there could never go on. Raises `Rejection`."""
    there = list(deployed)
    missing = sorted(name for name in ids if name is not None and name not in there)
    if missing:
        given = listed(f"'{name}'" for name in there) or f"no {what}"
        raise Rejection(
            RejectionType.INVALID_ARGUMENT,
            f"Expected process '{process.id}' in '{resource_name}' to be deployed together with {what} "
            f"'{missing[0]}', to which it is bound by bindingType 'deployment', but the deployment has "
            f"{given}; add the {suffix} file, or bind it to the latest version",
        )


def is_bound_alike(
    ids: set[str | None], deployed: Mapping[str, int], bound: Callable[[str], int | None]
) -> bool:
    """Whether an earlier deployment, by what it has `bound`, binds a process to the same keys."""
    names = deployed if None in ids else [name for name in ids if name is not None]
    return all(bound(name) == deployed[name] for name in names)
