"""JUEL, the expression language of Camunda 7 and its kin, in FEEL: for processes and for decisions."""
