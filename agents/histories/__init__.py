"""Histories that somebody already has: CSV, JSON lines or Parquet, and a mapping file that names their columns."""
