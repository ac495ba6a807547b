-- Where nobody records what sales does, not recorded is not "not done".
with

sales_recording as (

    select min(greatest(activities.occurred_at, leads.created_at)) as recorded_since
    from {{ ref('stg_sales_activities') }} as activities
    inner join {{ ref('stg_leads') }} as leads on activities.lead_id = leads.lead_id

)

select * from sales_recording
