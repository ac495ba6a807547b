{{ config(severity='warn') }}
-- A column that cannot be read is emptied row by row, which would pass in silence. A few such values are everyday; of
-- a time that decides which version of a row counts, or when a hand-off was known, one in a hundred is too many.
{%- set columns = {
    'leads': ['updated_at', 'employee_count', 'disqualified_at'],
    'events': ['recorded_at', 'loaded_at', 'is_bot'],
    'sales_activities': ['updated_at'],
    'opportunities': ['closed_at', 'is_won', 'amount', 'updated_at'],
} %}
with

given as (

    {%- for table, names in columns.items() %}
        {%- set last_table = loop.last %}
        {%- for name in names %}
            select
                '{{ table }}' as source_table,
                '{{ name }}' as column_name,
                {{ 1 if name in ('updated_at', 'recorded_at') else 10 }} as percent_accepted,
                sum(case when {{ is_given('raw_' ~ name) }} then 1 else 0 end) as values_given
            from {{ ref('base_' ~ table) }}
            where rejection_reason is null
            {{ 'union all' if not (last_table and loop.last) }}
        {%- endfor %}
    {%- endfor %}

),

unread as (

    select
        source_table,
        reason,
        remedy,
        count(*) as values_unread
    from {{ ref('rejected_records') }}
    where {{ is_like('reason', "'unparsable!_%'") }}
    group by source_table, reason, remedy

)

select
    'raw.' || given.source_table as file,
    cast(null as {{ dbt.type_int() }}) as line,
    cast(null as {{ dbt.type_string() }}) as rule_id,
    cast(unread.values_unread as {{ dbt.type_string() }}) || ' of '
    || cast(given.values_given as {{ dbt.type_string() }}) || ' values of ' || given.column_name
    || ' cannot be read and are taken as empty' as problem,
    unread.remedy
from given
inner join unread
    on given.source_table = unread.source_table and unread.reason = 'unparsable_' || given.column_name
where unread.values_unread * 100 >= given.values_given * given.percent_accepted
