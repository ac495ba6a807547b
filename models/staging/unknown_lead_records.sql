with

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

unknown_lead_records as (

    {%- for table in ['sales_activities', 'opportunities'] %}
        {%- set key = raw_keys()[table] %}
        select
            '{{ table }}' as source_table,
            latest.{{ key }} as record_id,
            {{ raw_values(table) }} as raw_values
        from (
            select
                *,
                {{ version_number(table) }} as version_rank
            from {{ ref('base_' ~ table) }}
            where
                rejection_reason is null
                -- ranking all versions of all records would cost twice as much
                and {{ key }} in (
                    select versions.{{ key }} from {{ ref('base_' ~ table) }} as versions
                    left join leads on versions.lead_id = leads.lead_id
                    where leads.lead_id is null
                )
        ) as latest
        left join leads on latest.lead_id = leads.lead_id
        where latest.version_rank = 1 and leads.lead_id is null
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from unknown_lead_records
