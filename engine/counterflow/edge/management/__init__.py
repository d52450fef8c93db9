"""What machines ask a server: whether it is well, and its numbers. A port of its own, since it is for those
who run it.
"""
