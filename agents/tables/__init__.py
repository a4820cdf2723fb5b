"""Analysts' tables: any CSV, Parquet or JSON lines, one row per observation."""
