"""The chart, and what it is told of the route."""
