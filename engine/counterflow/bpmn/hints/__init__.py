"""What a model might do better, though it runs as it is: one file each, asked by `counterflow lint` alone.

A hint is a function `check(outline)` as a rule is (`rules/`), with its name in `RULE` and its reason in
the docstring. No deployment is refused or remarked on for it: what it looks for may be meant.
"""
