"""Searches over many: what is and has been, filtered, sorted and in pages, from the store in one moment."""
