"""The folds of ``learn``: decisions become response models, risks detectors, choices a recommender, hours forecasts."""

from streams.learn.demand import ForecastLearning
from streams.learn.fraud import FraudLearning
from streams.learn.items import ItemLearning
from streams.learn.response import ResponseLearning
from streams.learn.settings import LearnSettings

__all__ = ["ForecastLearning", "FraudLearning", "ItemLearning", "LearnSettings", "ResponseLearning"]
