"""What travels: one frozen type per stage (articles, alerts, rules), their JSON, their ids, their schemas."""
