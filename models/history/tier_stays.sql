with

history as (

    select * from {{ ref('score_history') }}

),

compared as (

    select
        lead_id,
        valid_from,
        tier,
        lag(tier) over (partition by lead_id order by valid_from) as previous_tier
    from history

),

tier_stays as (

    select
        lead_id,
        tier,
        valid_from as entered_at,
        lead(valid_from) over (partition by lead_id order by valid_from) as left_at
    from compared
    where {{ differs('tier', 'previous_tier') }}

)

select * from tier_stays
