"""Runs the behaviours: every diagram of `bpmn/behaviours` with its script, against its golden trace."""
