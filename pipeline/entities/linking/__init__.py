"""Names of the knowledge base in a text: found, settled by what stands around them, linked."""
