"""One room per element: how each behaves when a token reaches it. `registry.py` lists them all."""
