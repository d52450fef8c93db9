"""The diagram as the kernel knows it: a frozen graph, and the times that its timers name. Here is no XML."""
