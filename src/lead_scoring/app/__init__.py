"""`lead-scoring app`: a page to look at what is published. It never writes and never locks."""
