"""Built-in functions of lists."""
