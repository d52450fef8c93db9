"""Draws BPMN files: `python -m scripts.layout FILE…` gives each a tidy diagram, in place.

The diagram part (BPMN DI) is made anew from the semantic part, the same for the same file; whatever diagram
was there is replaced, everything else is left alone. `counterflow/drawing/layout` says where things go.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lxml import etree

from counterflow.drawing.errors import NotDrawn
from counterflow.drawing.layout.diagram import draw_again


def lay_out(content: bytes) -> bytes:
    """A BPMN file with a new diagram. Raises `NotDrawn`, and lxml's errors where it is no XML."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    draw_again(root)
    comments = list(root.itersiblings(preceding=True))[::-1]
    parts = [etree.tostring(part, encoding="UTF-8", with_tail=False) for part in (*comments, root)]
    return b"\n".join([b'<?xml version="1.0" encoding="UTF-8"?>', *parts, b""])


def main(paths: list[str]) -> int:
    """Draw the files; says which could not be drawn."""
    failed = 0
    for path in map(Path, paths):
        try:
            path.write_bytes(lay_out(path.read_bytes()))
        except (NotDrawn, etree.XMLSyntaxError, OSError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            failed += 1
    if not paths:
        print("usage: python -m scripts.layout FILE…", file=sys.stderr)
    return 2 if not paths else 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
