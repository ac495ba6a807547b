"""What a change of the rule book does before it is live: one report for the reviewer."""
