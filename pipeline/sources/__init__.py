"""Where news comes from: reading feeds and pages. Knows no broker; `fetching` alone opens connections."""
