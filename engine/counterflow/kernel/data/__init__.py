"""What a process knows: variables in scopes, expressions that read them, mappings that move them."""
