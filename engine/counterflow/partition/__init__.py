"""One partition at work: commands are decided as they arrive, made durable together, and only then told."""
