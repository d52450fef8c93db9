"""Documents that people send: read safely, and answered with findings.

Models of processes and of decisions both stand on this.
"""
