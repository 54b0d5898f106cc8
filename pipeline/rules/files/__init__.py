"""Rule files: read, checked, formatted, their examples run, their schema."""
