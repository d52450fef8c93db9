"""Text that every encoding can say (Unicode 15.0, D84 and D89).

Python's strings may hold halves of surrogate pairs, JSON may not.
"""


def well_formed(text: str) -> str:
    """The same text, each pair of surrogates as the character that it spells, a lone half as U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
