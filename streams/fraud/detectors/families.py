"""All families of detectors, a line each."""

from streams.fraud.detectors.detector import Family
from streams.fraud.detectors.half_space_trees import HalfSpaceTrees, fit_half_space_trees
from streams.fraud.detectors.isolation_forest import FastForest, fit_forest
from streams.fraud.detectors.local_outlier_factor import LocalOutlierFactor, fit_local_outlier_factor
from streams.fraud.detectors.nearest_neighbours import NearestNeighbours, fit_nearest_neighbours

FAMILIES: tuple[Family, ...] = (
    Family("isolation_forest", fit_forest, FastForest),
    Family("half_space_trees", fit_half_space_trees, HalfSpaceTrees, reserve=2.0),
    Family("local_outlier_factor", fit_local_outlier_factor, LocalOutlierFactor, reserve=1.0, is_ratio=True),
    Family("nearest_neighbours", fit_nearest_neighbours, NearestNeighbours),
)
