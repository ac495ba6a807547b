"""`lead-scoring init`: a project of one's own that has this one as a package."""
