"""What a treatment changes, learned in one pass: the R-learner on the scale of log-odds (PROOF rule 11)."""
