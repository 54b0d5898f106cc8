"""Build the knowledge base: sources, inflection, the choice of names, the compiled file."""
