"""Faust, and the only place that knows it: one step as an app, its consumer, its batches."""
