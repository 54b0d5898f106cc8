"""Documents kept in compacted topics, such as the watch rules: read whole, followed, changed."""
