"""gRPC as a server speaks it: what an edge needs of it (`contract`), and who can give it. Knows nothing of
the engine.
"""
