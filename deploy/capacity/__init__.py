"""How many partitions, workers and brokers a shop of any size needs, from what was measured on one machine."""
