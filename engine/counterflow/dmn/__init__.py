"""DMN decision models (1.2 to 1.5), read once and evaluated many times.

    result = dmn.read(content, "dish.dmn")
    result.findings                                 what there is to say to the author
    definitions = result.definitions                None if it could not be read
    decided = definitions.evaluate("dish", {"season": msgspec.Raw(b'"Winter"')}, now_ms=1_700_000_000_000)
    decided.output                                  "Roastbeef"
    decided.evaluated                               every decision on the way, its inputs, matched rules
    decided.failure                                 set if a limit was met or a hit policy violated

Reading and evaluating never raise on account of a model or of data; every expression runs on the fuel of its
evaluation.
"""

from counterflow.dmn.definitions import DecisionSummary, Definitions, ReadDefinitions, UnknownDecision
from counterflow.dmn.read import read
from counterflow.dmn.result import (
    DecisionFailure,
    DecisionResult,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
)
from counterflow.documents.findings import Finding, Severity
from counterflow.documents.limits import DocumentLimits

__all__ = [
    "DecisionFailure",
    "DecisionResult",
    "DecisionSummary",
    "Definitions",
    "DocumentLimits",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "Finding",
    "MatchedRule",
    "ReadDefinitions",
    "Severity",
    "UnknownDecision",
    "read",
]
