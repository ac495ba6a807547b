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
        event_id as record_id,
        problem,
        raw_values
    from {{ ref('screened_events') }}
    where problem <> ''
    union all
    select
        source_table,
        record_id,
        'unknown_lead' as problem,
        raw_values
    from {{ ref('unknown_lead_records') }}

),

-- no version of such a record is staged, so none of its fields is all that is lost
unknown_leads as (

    select
        source_table,
        record_id
    from problems
    where position('unknown_lead' in problem) > 0

),

rejected_records as (

    select
        problems.source_table,
        problems.record_id,
        problems.raw_values,
        coalesce(reasons.reason, problems.problem) as reason,
        coalesce(reasons.is_row_kept and unknown_leads.record_id is null, false) as is_row_kept,
        reasons.explanation,
        reasons.remedy
    from problems
    -- several fields of one row may be unreadable: one row each
    left join reasons on position(reasons.reason in problems.problem) > 0
    left join unknown_leads
        on problems.source_table = unknown_leads.source_table and problems.record_id = unknown_leads.record_id

)

select * from rejected_records
