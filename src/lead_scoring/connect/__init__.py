"""`lead-scoring connect`: look at a source system before anything is built from it."""
