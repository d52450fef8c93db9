"""The SQL stores: one schema, one set of statements, and the few places where databases differ."""
