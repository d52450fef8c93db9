"""A tidy place on the canvas for everything in a BPMN file that has no diagram: the same for the same file.

Scope by scope:

    columns   a node stands one column to the right of everything that leads to it, flows back not counted
    rows      a token's way runs straight on; every further branch gets a row of its own, and so does what
              follows a boundary event
    clusters  boundary events sit on the lower border of their activity, the handler that undoes it below it
    below     event sub-processes, under what they may interrupt
    flows     horizontal and vertical pieces; those that lead back, or past other nodes, run above their row
    pools     one below the other, with message flows between them

Lanes, data, groups and annotations are not placed. All sizes are whole pixels. BPMN 2.0.2, 12.2 (BPMN DI).
"""
