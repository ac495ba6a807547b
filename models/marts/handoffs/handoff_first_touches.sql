with

touches as (

    select
        *,
        -- at one instant a contact comes first, for it has an owner
        row_number() over (
            partition by handoff_id order by touched_at, is_opportunity, touch_id
        ) as touch_number
    from {{ ref('handoff_touches') }}

),

handoff_first_touches as (

    select
        handoff_id,
        min(touched_at) as first_touch_at,
        max(case when touch_number = 1 then owner end) as first_touch_owner,
        min(case when is_opportunity then touched_at end) as opportunity_created_at,
        max(case when won_at <= {{ as_of() }} then 1 else 0 end) = 1 as is_won
    from touches
    group by handoff_id

)

select * from handoff_first_touches
