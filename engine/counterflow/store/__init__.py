"""Where state and log are kept: a narrow port, and the stores that implement it."""
