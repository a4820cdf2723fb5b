"""The folds of ``learn``: closed decisions become response models, fraud samples detectors, choices a recommender."""

from streams.learn.fraud import FraudLearning
from streams.learn.items import ItemLearning
from streams.learn.response import ResponseLearning
from streams.learn.settings import LearnSettings

__all__ = ["FraudLearning", "ItemLearning", "LearnSettings", "ResponseLearning"]
