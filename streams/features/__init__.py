"""One catalogue of features: conditions, models and explanations use only these names."""
