"""What may be asked of the state, in memory and by key, and the one way in which it changes."""
