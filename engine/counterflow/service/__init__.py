"""What may be asked of an engine, in Python's words: every way in (gRPC, and a program that has the engine in
itself) asks here, and answers are futures or calls back.
"""
