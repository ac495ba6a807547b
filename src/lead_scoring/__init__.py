"""Commands around the dbt project: what SQL and dbt cannot do."""
