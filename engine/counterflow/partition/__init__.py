"""One partition at work: commands are decided the moment they arrive, made durable together, and only then
told.
"""
