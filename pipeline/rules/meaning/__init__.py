"""What a rule asks for: its units settled to clauses, and its whole compiled."""
