"""`lead-scoring publish` and `lead-scoring build`: what readers see, as a whole or not at all."""
