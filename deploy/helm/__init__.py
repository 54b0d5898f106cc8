"""The Helm chart, and what it gets from the code."""
