"""What to tell the author of a rule: doubts, contradictions, explanations, estimates."""
