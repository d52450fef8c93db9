"""Whose extension elements a model uses: a reader for each dialect, one shape for both."""
