"""The one kind of error a user of the report meets."""


class ImpactError(Exception):
    """Something the user can put right; its text is one readable message."""
