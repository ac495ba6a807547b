{%- set is_named = either_way('problems.problem', 'reasons.reason')
    ~ place_in('reasons.reason', 'problems.problem') ~ ' > 0' -%}
with

reasons as (

    select * from {{ ref('rejection_reasons') }}

),

unknown_leads as (

    select * from {{ ref('unknown_lead_records') }}

),

-- what a spreadsheet or a data frame does to an id
similar_ids as (

    select
        {{ bare_id('known_id') }} as bare_id,
        min(known_id) as known_id
    from {{ ref('lead_ids') }}
    group by {{ bare_id('known_id') }}

),

problems as (

    {%- for table, key in raw_keys().items() if table != 'events' %}
        select
            '{{ table }}' as source_table,
            {{ key }} as record_id,
            coalesce(rejection_reason, field_problems) as problem,
            {{ raw_values(table) }} as raw_values,
            cast(null as {{ dbt.type_string() }}) as similar_id
        from {{ ref('base_' ~ table) }}
        where coalesce(rejection_reason, field_problems) <> ''
        union all
    {%- endfor %}
    select
        'events' as source_table,
        event_id as record_id,
        replace(problem, 'unknown_lead', '') as problem,
        raw_values,
        cast(null as {{ dbt.type_string() }}) as similar_id
    from {{ ref('screened_events') }}
    where problem not in ('', 'unknown_lead')
    union all
    select
        unknown_leads.source_table,
        unknown_leads.record_id,
        'unknown_lead' as problem,
        unknown_leads.raw_values,
        similar_ids.known_id as similar_id
    from unknown_leads
    left join similar_ids on {{ bare_id('unknown_leads.unknown_id') }} = similar_ids.bare_id
    union all
    select
        'lead_aliases' as source_table,
        alias_id as record_id,
        'alias_cycle' as problem,
        'alias_id=' || alias_id || ', lead_id=' || lead_id as raw_values,
        cast(null as {{ dbt.type_string() }}) as similar_id
    from {{ ref('lead_alias_links') }}
    where is_in_cycle

),

-- no version of such a record is staged, so none of its fields is all that is lost
left_out as (

    select distinct
        source_table,
        record_id
    from problems
    where problem in ('unknown_lead', 'alias_cycle')

),

rejected_records as (

    select
        problems.source_table,
        problems.record_id,
        problems.raw_values,
        coalesce(reasons.reason, problems.problem) as reason,
        coalesce(reasons.is_row_kept and left_out.record_id is null, false) as is_row_kept,
        reasons.explanation,
        reasons.remedy || coalesce(
            '. There is a lead ' || problems.similar_id
            || ': the ids differ only in blanks, leading zeros or a .0 at the end',
            ''
        ) as remedy
    from problems
    -- several fields of one row may be unreadable: one row each
    left join reasons on {{ is_named }}
    left join left_out
        on problems.source_table = left_out.source_table and problems.record_id = left_out.record_id

)

select * from rejected_records
