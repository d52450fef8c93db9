"""The operations of `/engine-rest`, a table of each family."""
