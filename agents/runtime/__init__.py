"""Partitions of a log: open, fold, checkpoint, recover by refolding, close. No Faust in here.

Everything runs on the event-loop thread except blocking client calls, which run in an executor.
"""
