"""How good the models are on a table of one's own: every row is predicted before its label may be known."""
