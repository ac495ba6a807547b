with

ledger as (

    select * from {{ ref('score_ledger') }}
    where entry_type = 'reset' and effective_at <= {{ as_of() }}

),

lead_resets as (

    select
        lead_id,
        cast(-sum(points) as numeric(18, 6)) as points_lost_to_resets
    from ledger
    group by lead_id

)

select * from lead_resets
