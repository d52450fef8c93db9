"""What each form of the language does: a function per form, from its node to the closure that runs it."""
