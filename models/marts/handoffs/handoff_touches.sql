-- What sales did: a contact, or an opportunity it made. Of a date alone nobody knows the hour: it answers each
-- hand-off of that local day at the hand-off's own instant.
with

openings as (

    select * from {{ ref('handoff_openings') }}

),

touches as (

    select
        lead_id,
        occurred_at as touched_at,
        is_date_only,
        1 as precedence,
        activity_id as touch_id,
        owner,
        cast(null as {{ dbt.type_timestamp() }}) as won_at
    from {{ ref('stg_sales_activities') }}
    union all
    select
        lead_id,
        created_at as touched_at,
        is_created_date_only as is_date_only,
        2 as precedence,
        opportunity_id as touch_id,
        cast(null as {{ dbt.type_string() }}) as owner,
        won_at
    from {{ ref('stg_opportunities') }}

),

handoff_touches as (

    select
        openings.handoff_id,
        greatest(touches.touched_at, openings.handed_off_at) as touched_at,
        touches.precedence = 2 as is_opportunity,
        touches.touch_id,
        touches.owner,
        touches.won_at
    from openings
    inner join touches on openings.lead_id = touches.lead_id
    where
        touches.touched_at <= {{ as_of() }}
        and openings.handed_off_at <= {{ as_of() }}
        and (
            (
                touches.touched_at >= openings.handed_off_at
                and (openings.next_handed_off_at is null or touches.touched_at < openings.next_handed_off_at)
            )
            or (
                touches.is_date_only
                and {{ local_date('touches.touched_at') }} = {{ local_date('openings.handed_off_at') }}
            )
        )

)

select * from handoff_touches
