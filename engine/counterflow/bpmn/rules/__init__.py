"""Reasons to refuse a model, or to remark on it: one file each.

A rule is a function `check(outline)` that yields findings; it names its rule in `RULE`, gives the reason and
the clause of the standard in its docstring, and says in every message what was expected, what was found,
where, and what to do. Which are asked, `registry.py` says; those about one kind of event are named where that
kind is (`events/`).
"""
