-- What sales did moves no score, but what the score of a month's end is compared with.
with

opportunities as (

    select
        lead_id,
        {{ content_sum(['opportunity_id', 'created_at', 'closed_at', 'is_won']) }} as content
    from {{ ref('stg_opportunities') }}
    group by lead_id

),

first_touches as (

    select
        lead_id,
        min(occurred_at) as first_touch_at
    from {{ ref('stg_sales_activities') }}
    group by lead_id

),

outcome_fingerprints as (

    select
        coalesce(opportunities.lead_id, first_touches.lead_id) as lead_id,
        coalesce(cast(opportunities.content as {{ dbt.type_string() }}), '')
        || '/' || coalesce(cast(first_touches.first_touch_at as {{ dbt.type_string() }}), '') as outcomes_fingerprint
    from opportunities
    full outer join first_touches on opportunities.lead_id = first_touches.lead_id

)

select * from outcome_fingerprints
