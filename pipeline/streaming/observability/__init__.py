"""What shows the state of the pipeline: health, metrics targets, logs, traces, the canary."""
