with

history as (

    select * from {{ ref('score_history') }}
    where valid_from <= {{ as_of() }}

),

compared as (

    select
        lead_id,
        valid_from,
        tier,
        lag(tier) over (partition by lead_id order by valid_from) as previous_tier
    from history

),

lead_tier_since as (

    select
        lead_id,
        max(valid_from) as tier_since
    from compared
    where tier is distinct from previous_tier
    group by lead_id

)

select * from lead_tier_since
