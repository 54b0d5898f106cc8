"""What can be seen from outside: health, metrics targets, logs, traces, the canary."""
