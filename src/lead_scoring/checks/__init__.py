"""What can be wrong with a file that people or exports write, each fault in one sentence with its remedy."""
