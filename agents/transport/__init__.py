"""Micro-batches for Faust agents: Faust and aiokafka keep membership, librdkafka reads, at positions given to it.

The only package that touches private parts of Faust and aiokafka: ``private_parts`` lists them.
"""
