"""Logistic regressions over an expanded row, learned by a Kalman filter: straight lines, bends, products."""
