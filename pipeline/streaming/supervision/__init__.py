"""The processes of a worker: a supervisor, its children, their messages, and the record of crashes."""
