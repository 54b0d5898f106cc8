"""Files written from the code: the reference and the schemas."""
