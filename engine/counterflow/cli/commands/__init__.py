"""The commands, each loaded by its name when it is typed (`app.py` has the table of names)."""
