"""Diagrams as pictures: what a BPMN or DMN file draws, and the SVG of it.

No browser, no clock, no files: bytes in, text out.

`read.py` makes a file frozen data (`diagram.py`): shapes and edges with what each of them stands for and
where it is; `svg/page.py` makes that one self-contained SVG. Every element carries its id as
`data-element-id`, so that tokens can be painted on top. A file without a diagram is laid out (`layout/`).
"""
