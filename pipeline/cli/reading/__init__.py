"""What commands read: articles in files and pipes, rule files, lengths of time."""
