with

-- a rejected row has one such reason, and may have unreadable fields beside it
rejected as (

    select
        records.source_table,
        count(*) as rows_rejected
    from {{ ref('rejected_records') }} as records
    left join {{ ref('rejection_reasons') }} as reasons on records.reason = reasons.reason
    where not coalesce(reasons.is_row_kept, false)
    group by records.source_table

),

counted as (

    {%- for table, key in raw_keys().items() %}
        select
            '{{ table }}' as source_table,
            (select count(*) from {{ ref('base_' ~ table) }}) as rows_in,
            (select count(*) from {{ ref('stg_' ~ table) }}) as rows_staged,
            (
                {%- if table == 'leads' %}
                    select count(*) - count(distinct coalesce(aliases.lead_id, base.lead_id))
                    from {{ ref('base_leads') }} as base
                    left join {{ ref('stg_lead_aliases') }} as aliases on base.lead_id = aliases.alias_id
                    where base.rejection_reason is null
                {%- elif table == 'events' %}
                    select count(*) - count(distinct event_id)
                    from {{ ref('repeated_events') }}
                {%- else %}
                    select count(*) - count(distinct {{ key }})
                    from {{ ref('base_' ~ table) }}
                    where rejection_reason is null
                {%- endif %}
            ) as rows_duplicate
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

row_accounting as (

    select
        counted.source_table,
        counted.rows_in,
        counted.rows_staged,
        coalesce(rejected.rows_rejected, 0) as rows_rejected,
        counted.rows_duplicate
    from counted
    left join rejected on counted.source_table = rejected.source_table

)

select * from row_accounting
