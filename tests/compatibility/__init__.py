"""Databases and logs of earlier versions: they open, are migrated, and go on."""
