"""Kinds of event as a file writes them: a page each, and their table in `kinds.py` (BPMN 2.0.2, 10.5)."""
