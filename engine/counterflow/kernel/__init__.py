"""The pure heart: a command meets the state, and events come out. Knows no clock, no database, no network, no
XML.
"""
