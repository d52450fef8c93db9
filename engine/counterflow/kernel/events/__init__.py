"""One room per kind of event: how it is waited for, thrown and caught. `registry.py` lists them all."""
