"""Faust's transport ``microbatch://``: what the URL scheme stands for."""

from faust.transport.drivers import aiokafka as stock

from agents.transport.consumer import BatchConsumer
from agents.transport.flow import BatchFetcher

SCHEME = "microbatch"
PATH = f"{__name__}:Transport"


class Transport(stock.Transport):
    """Faust's aiokafka transport with a consumer and a fetcher of batches."""

    Consumer = BatchConsumer
    Fetcher = BatchFetcher
