"""What may be asked of an engine, in Python's words: answers are futures or calls back. Every way in (gRPC,
and a program that has the engine in itself) asks here.
"""
