"""Names that no list holds: statistical models, and which of them serves which language."""
