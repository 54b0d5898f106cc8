"""Where news comes from: reading feeds and pages. Pure: it opens no connection and knows no broker."""
