"""The simulated shop at work: on a real Kafka, or on the four folds in one process; and what can be seen of it."""
