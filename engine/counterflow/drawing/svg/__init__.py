"""A diagram to SVG: `page.py` is the whole picture, the other files draw one family of elements each."""
