"""The steps on records: the one loop that carries them, what each does, what it remembers and counts."""
