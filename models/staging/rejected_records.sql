with

reasons as (

    select * from {{ ref('rejection_reasons') }}

),

problems as (

    {%- for table, key in raw_keys().items() if table != 'events' %}
        select
            '{{ table }}' as source_table,
            {{ key }} as record_id,
            coalesce(rejection_reason, field_problems) as problem,
            {{ raw_values(table) }} as raw_values
        from {{ ref('base_' ~ table) }}
        where coalesce(rejection_reason, field_problems) <> ''
        union all
    {%- endfor %}
    select
        'events' as source_table,
        record_id,
        problem,
        raw_values
    from {{ ref('event_problems') }}
    union all
    select
        source_table,
        record_id,
        'unknown_lead' as problem,
        raw_values
    from {{ ref('unknown_lead_records') }}

),

rejected_records as (

    select
        problems.source_table,
        problems.record_id,
        problems.raw_values,
        coalesce(reasons.reason, problems.problem) as reason,
        coalesce(reasons.is_row_kept, false) as is_row_kept,
        reasons.explanation,
        reasons.remedy
    from problems
    -- several fields of one kept row may be unreadable: one row each
    left join reasons on position(reasons.reason in problems.problem) > 0

)

select * from rejected_records
