"""`lead-scoring import`: files of other tools as raw tables the build reads."""
