"""Built-in functions of contexts."""
