{# The key of each raw table, and the order in which versions of one row win: the first column
   decides, the others only make the choice the same on every run. #}
{% macro raw_keys() %}
    {{- return({
        'leads': 'lead_id',
        'events': 'event_id',
        'sales_activities': 'activity_id',
        'opportunities': 'opportunity_id',
    }) -}}
{% endmacro %}


{% macro version_number(table, further_order=[]) -%}
    {%- set order = {
        'leads': [
            'updated_at', 'created_at', 'email', 'company_name', 'employee_count', 'industry',
            'job_title', 'region', 'segment',
        ] + var('scored_attributes'),
        'events': ['loaded_at', 'lead_id', 'event_type', 'occurred_at', 'asset', 'is_bot'],
        'sales_activities': ['lead_id', 'activity_type', 'occurred_at', 'owner'],
        'opportunities': ['lead_id', 'created_at', 'closed_at', 'is_won', 'amount'],
    }[table] + further_order -%}
    row_number() over (
        partition by {{ raw_keys()[table] }}
        order by {{ order | join(' desc nulls last, ') }} desc nulls last
    )
{%- endmacro %}
