"""Models of amounts that learn a whole table row by row: each row is predicted before its label may be known."""
