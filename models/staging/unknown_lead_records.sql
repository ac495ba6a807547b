with

lead_ids as (

    select * from {{ ref('lead_ids') }}

),

unknown_lead_records as (

    {%- for table in ['sales_activities', 'opportunities'] %}
        {%- set key = raw_keys()[table] %}
        select
            '{{ table }}' as source_table,
            latest.{{ key }} as record_id,
            latest.lead_id as unknown_id,
            {{ raw_values(table) }} as raw_values
        from (
            select
                *,
                {{ version_number(table) }} as version_rank
            from {{ ref('base_' ~ table) }}
            where rejection_reason is null
        ) as latest
        left join lead_ids on latest.lead_id = lead_ids.known_id
        where latest.version_rank = 1 and lead_ids.lead_id is null
        union all
    {%- endfor %}
    select
        'events' as source_table,
        event_id as record_id,
        lead_id as unknown_id,
        raw_values
    from {{ ref('screened_events') }}
    where problem like '%unknown_lead%'

)

select * from unknown_lead_records
