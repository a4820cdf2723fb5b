"""Campaigns, mappings and programs to start from."""
