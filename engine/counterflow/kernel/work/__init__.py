"""One command at work: its work-list and handles, its budget, and what holds an element up."""
