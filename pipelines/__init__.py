"""Jobs: the only code that writes the registry."""
