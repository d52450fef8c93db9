"""Contexts (DMN 1.5, 10.3.4.11; null for what is not there)."""

from typing import Final

from counterflow.feel.builtins.registry import builtin, pay_for
from counterflow.feel.errors import quoted
from counterflow.feel.run import TEXT_PER_FUEL, Run, Value

Context = dict[str, Value]
_ENTRY_FUEL: Final = 2
_ENTRIES_PER_FUEL: Final = 8
"""Entries that go from one context into another, for one unit of fuel."""


@builtin("get value(m: context, key: string)", "get value(context: context, key: string)")
def get_value(run: Run, context: Context, key: str) -> Value:
    """The entry of that key; null, with a warning, if the context has none."""
    return (
        context[key]
        if key in context
        else run.warn("unknown entry", f"no entry {quoted(key)} in the context: it is null")
    )


@builtin("get value(context: context, keys: list)")
def get_value_at(run: Run, context: Context, keys: list[Value]) -> Value:
    """The value at the end of a path of keys; null, with a warning, if it leads nowhere."""
    run.spend(len(keys))
    pay_for(run, keys)
    value: Value = context
    for key in keys:
        if not isinstance(value, dict) or not isinstance(key, str) or key not in value:
            return run.warn("unknown entry", "no entry at the end of this path of keys: it is null")
        value = value[key]
    return value


@builtin("get entries(m: context)", "get entries(context: context)")
def get_entries(run: Run, context: Context) -> Value:
    """A list of `{key: ..., value: ...}`, one for each entry, in the order of the context."""
    run.spend(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def context_(run: Run, entries: list[Value]) -> Value:
    """The context of a list of `{key: ..., value: ...}`, the reverse of get entries.

    Null, with a warning, if an entry has no key or value, or a key appears twice.
    """
    run.spend(len(entries) * _ENTRY_FUEL)
    made: Context = {}
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) and "value" in entry else None
        if not isinstance(key, str) or key in made or not isinstance(entry, dict):
            return run.warn(
                "wrong value", 'context takes a list of {key: "...", value: ...} with distinct keys'
            )
        run.spend(len(key) // TEXT_PER_FUEL)
        made[key] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: any)")
def context_put(run: Run, context: Context, key: str, value: Value) -> Value:
    """A context with all entries of the given one and this one, which replaces one with its key."""
    run.spend(len(context) // _ENTRIES_PER_FUEL)
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def context_put_at(run: Run, context: Context, keys: list[Value], value: Value) -> Value:
    """A context with the value at the end of a path of keys; contexts that are missing on the way are made.

    Null, with a warning, if there are no keys, one is no string, or a value on the way is no context.
    """
    run.spend(len(keys))
    pay_for(run, keys)
    if not keys or not all(isinstance(key, str) for key in keys):
        return run.warn("wrong value", "context put takes a list of one or more keys, each a string")
    return _put(run, context, [str(key) for key in keys], value)


def _put(run: Run, context: Context, keys: list[str], value: Value) -> Value:
    run.spend(1 + len(context) // _ENTRIES_PER_FUEL + len(keys) // _ENTRIES_PER_FUEL)
    first, *rest = keys
    if not rest:
        return {**context, first: value}
    inner = context.get(first, {})
    if not isinstance(inner, dict):
        return run.warn(
            "wrong type", f"context put finds no context at the key {quoted(first)} of the path: it is null"
        )
    put = _put(run, inner, rest, value)
    return None if put is None else {**context, first: put}


@builtin("context merge(contexts: list)", "context merge(contexts...: any)")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    """One context with all entries, of those with the same key the last; null, with a warning, for others."""
    merged: Context = {}
    for context in contexts:
        if not isinstance(context, dict):
            return run.warn("wrong type", "context merge takes contexts; found another kind among them")
        run.spend(len(context) // _ENTRIES_PER_FUEL + 1)
        merged.update(context)
    return merged
