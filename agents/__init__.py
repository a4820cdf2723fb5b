"""The runtime on Faust and Kafka, and the command line: a thin shell around the pure core."""
