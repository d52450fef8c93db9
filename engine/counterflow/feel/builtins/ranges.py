"""Built-in functions of ranges."""
