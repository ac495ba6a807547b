with

ranked as (

    select
        *,
        {{ version_number('sales_activities') }} as version_rank
    from {{ ref('base_sales_activities') }}
    where rejection_reason is null

),

lead_ids as (

    select * from {{ ref('lead_ids') }}

),

stg_sales_activities as (

    select
        ranked.activity_id,
        lead_ids.lead_id,
        ranked.occurred_at,
        ranked.is_date_only,
        ranked.activity_type,
        ranked.owner,
        ranked.updated_at
    from ranked
    inner join lead_ids on ranked.lead_id = lead_ids.known_id
    where ranked.version_rank = 1

)

select * from stg_sales_activities
