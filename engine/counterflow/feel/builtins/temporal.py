"""Built-in functions of temporal."""
