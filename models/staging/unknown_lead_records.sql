with

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

unknown_lead_records as (

    {%- for table in ['events', 'sales_activities', 'opportunities'] %}
        {%- set key = raw_keys()[table] %}
        select
            '{{ table }}' as source_table,
            orphans.{{ key }} as record_id,
            orphans.raw_values
        from (
            select
                base.*,
                {{ version_number(table, ['raw_values']) }} as version_rank
            from {{ ref('base_' ~ table) }} as base
            where
                base.rejection_reason is null
                and not exists (select 1 from leads where leads.lead_id = base.lead_id)
        ) as orphans
        -- a later version that names a known lead has been staged: this one is a duplicate
        where
            orphans.version_rank = 1
            and not exists (
                select 1 from {{ ref('stg_' ~ table) }} as staged
                where staged.{{ key }} = orphans.{{ key }}
            )
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from unknown_lead_records
