"""Poll sources: when, what of an answer is news, and the article that an entry becomes. It opens no connection."""
