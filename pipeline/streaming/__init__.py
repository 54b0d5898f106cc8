"""The Faust shell: carries the pure steps on Kafka without losing an article."""
