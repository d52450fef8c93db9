"""A process instance folded from its log for people: what the appliers throw away is kept here.

`story` is what is known so far, `fold` how an entry of the log is added to it. There is one function per kind
of event, with its own kind of thing in a file each; an event that is in no table says nothing that a tree of
elements could show, and is seen in the history all the same. The functions say nothing of whether a move is
legal: that was decided, once, before it was written.
"""
