"""The course of a process instance: how elements are entered, left, swept away, waited for and undone."""
