-- A reset takes back its whole episode. Leaving out both sides, the reset and what it took, keeps the
-- sum and shows no points that are gone.
with

month_ends as (

    select * from {{ ref('month_ends') }}

),

scored_leads as (

    select
        month,
        lead_id
    from {{ ref('month_end_scores') }}

),

ledger as (

    select
        ledger.lead_id,
        ledger.rule_id,
        ledger.effective_at,
        ledger.points,
        case when ledger.axis = 'behavior' then episodes.reset_at end as taken_back_at
    from {{ ref('score_ledger') }} as ledger
    left join {{ ref('engagement_episodes') }} as episodes
        on ledger.lead_id = episodes.lead_id and ledger.episode = episodes.episode
    where ledger.entry_type <> 'reset'

),

standing as (

    select
        month_ends.month,
        month_ends.is_reviewed,
        ledger.lead_id,
        ledger.rule_id,
        cast(sum(ledger.points) as numeric(18, 6)) as points
    from month_ends
    inner join ledger
        on
            month_ends.month_end_at > ledger.effective_at
            and (ledger.taken_back_at is null or month_ends.month_end_at <= ledger.taken_back_at)
    group by month_ends.month, month_ends.is_reviewed, ledger.lead_id, ledger.rule_id
    having sum(ledger.points) <> 0

),

month_end_rule_points as (

    select
        standing.month,
        standing.is_reviewed,
        standing.lead_id,
        standing.rule_id,
        standing.points
    from standing
    inner join scored_leads on standing.month = scored_leads.month and standing.lead_id = scored_leads.lead_id

)

select * from month_end_rule_points
