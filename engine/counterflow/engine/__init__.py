"""An engine in a program: its verbs, awaited or waiting, and functions of the program that do its jobs."""
