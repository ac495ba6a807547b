with

base_sales_activities as (

    select * from {{ ref('base_sales_activities') }}

),

leads as (

    select lead_id from {{ ref('stg_leads') }}

),

ranked as (

    select
        *,
        {{ version_number('sales_activities') }} as version_rank
    from base_sales_activities
    where rejection_reason is null

),

stg_sales_activities as (

    select
        ranked.activity_id,
        ranked.lead_id,
        ranked.occurred_at,
        ranked.activity_type,
        ranked.owner
    from ranked
    inner join leads on ranked.lead_id = leads.lead_id
    where ranked.version_rank = 1

)

select * from stg_sales_activities
