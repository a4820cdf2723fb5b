"""The folds of ``learn``: closed decisions become response models, fraud samples become detectors."""

from streams.learn.fraud import FraudLearning
from streams.learn.response import ResponseLearning
from streams.learn.settings import LearnSettings

__all__ = ["FraudLearning", "LearnSettings", "ResponseLearning"]
