"""The read model: what people ask of an engine, answered from what has been committed.

Every question is a function of the `Store` port and its arguments. It runs on any thread beside the kernel's
loop, never in it, and changes nothing. Rows answer what is open now (incidents, quarantine, lists of
instances); the log answers what has happened, so a running and an ended instance are shown the same way.
Answers are the structs of `shapes.py`; a question that cannot be answered raises the kernel's `Rejection`, as
a command does.
"""
