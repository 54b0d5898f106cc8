"""Kafka itself, through aiokafka: connections, topics, reading, publishing with acknowledgement."""
