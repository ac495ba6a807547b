"""Challenge the rule book with a logistic regression, trained on older months and tested on the newest."""
