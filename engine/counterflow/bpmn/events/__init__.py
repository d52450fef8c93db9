"""Kinds of event as a file writes them, a page each (BPMN 2.0.2, 10.5)."""
