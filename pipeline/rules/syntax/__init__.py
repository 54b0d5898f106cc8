"""The text of a rule: tokens, grammar, tree, and where each part stands."""
