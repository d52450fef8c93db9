"""How the schema came to be what it is, step by step, run by Alembic when a database of an earlier version is
opened.
"""
