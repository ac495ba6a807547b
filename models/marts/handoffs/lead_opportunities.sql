with

opportunities as (

    select
        lead_id,
        case when won_at <= {{ as_of() }} then 1 else 0 end as is_won,
        case when lost_at <= {{ as_of() }} then 1 else 0 end as is_lost
    from {{ ref('stg_opportunities') }}
    where created_at <= {{ as_of() }}

),

lead_opportunities as (

    select
        lead_id,
        case
            when max(is_won) = 1 then 'won'
            when min(is_lost) = 0 then 'open'
            else 'lost'
        end as opportunity_status
    from opportunities
    group by lead_id

)

select * from lead_opportunities
