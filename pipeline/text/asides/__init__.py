"""What in an article is not its own text: links to others, captions, bylines, lines that a source repeats."""
