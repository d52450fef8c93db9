"""Regular expressions of XPath (F&O 7.6) over those of XML Schema (part 2, appendix F).

`reader` makes a tree of a pattern, strictly by the grammar; `linear` writes it for RE2, which answers in
linear time; `backtracking` answers the few that RE2 cannot say, such as back-references, and pays fuel for
each step.
"""

from counterflow.feel.patterns.pattern import Match, Pattern, compiled
from counterflow.feel.patterns.tree import PatternError

__all__ = ["Match", "Pattern", "PatternError", "compiled"]
