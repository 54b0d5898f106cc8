"""Poll the sources of some partitions: fetch in time, publish what is news, keep how each source stands."""
