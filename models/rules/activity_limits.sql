with

reset_rules as (

    select * from {{ ref('reset_rules') }}

),

activity_limits as (

    select
        min(inactive_days) as shortest_days,
        min(case when action = 'reset' then rule_id end) as reset_rule_id,
        min(case when action = 'reset' then inactive_days end) as reset_days,
        min(case when marks_dormant then inactive_days end) as dormant_days
    from reset_rules

)

select * from activity_limits
