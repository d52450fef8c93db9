"""Counterflow: a BPMN 2.0 process engine that speaks Zeebe's gRPC protocol and undoes exactly what was
done.
"""

__version__ = "0.1.0"
