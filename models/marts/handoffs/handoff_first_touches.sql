with

openings as (

    select * from {{ ref('handoff_openings') }}

),

activities as (

    select * from {{ ref('stg_sales_activities') }}

),

ranked as (

    select
        openings.handoff_id,
        activities.occurred_at as first_touch_at,
        activities.owner as first_touch_owner,
        row_number() over (
            partition by openings.handoff_id order by activities.occurred_at, activities.activity_id
        ) as touch_number
    from openings
    inner join activities
        on openings.lead_id = activities.lead_id and {{ is_of_handoff('activities.occurred_at', 'openings') }}

),

handoff_first_touches as (

    select
        handoff_id,
        first_touch_at,
        first_touch_owner
    from ranked
    where touch_number = 1

)

select * from handoff_first_touches
