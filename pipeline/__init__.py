"""Wirewatch watches the world's news as it flows.

Read ``topology`` first: the route of an article as data. ``messages`` is what travels on it; ``language``,
``concepts``, ``entities``, ``rules`` and ``alerts`` are the pure steps over ``text``; ``streaming`` carries
them on Faust and Kafka without losing an article; ``brokers`` starts a Kafka for a first run; ``cli`` is what
people type.
"""

import os

# Before numpy is first imported, which reads it once: a process has one core, and threads of a matrix product that wait
# for each other on a busy one cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
