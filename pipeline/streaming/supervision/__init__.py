"""Processes: a supervisor, its children, what they tell each other, and what deaths teach."""
