with

deals as (

    select * from {{ ref('connected_deals') }}

),

stage_entries as (

    select * from {{ ref('connected_stage_entries') }}

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where mapping = 'deal_stages'

),

-- what was lost before it got so far was never an opportunity
histories as (

    select
        deals.connector,
        deals.deal_id,
        min(case when decisions.decision = 'true' and not entries.is_lost then entries.entered_at end) as reached_at,
        max(case when entries.stage_id = deals.stage_id then entries.entered_at end) as stage_entered_at,
        max(case when entries.stage_id = deals.stage_id then 0 else 1 end) = 1 as has_earlier_stages
    from deals
    inner join stage_entries as entries on deals.connector = entries.connector and deals.deal_id = entries.deal_id
    left join decisions
        on
            deals.connector = decisions.connector
            and deals.pipeline_id = decisions.kind
            and entries.stage_id = decisions.code
    group by deals.connector, deals.deal_id

),

-- An expected day that was left standing is later than the day the deal was closed. Where only a day is known, the
-- history has the time.
spans as (

    select
        deals.*,
        case
            when histories.reached_at is not null then histories.reached_at
            when decisions.decision = 'true' and not coalesce(histories.has_earlier_stages, false)
                then deals.created_at
        end as opened_at,
        case
            when not deals.is_closed then null
            when
                {{ local_date('histories.stage_entered_at') }} <= {{ local_date('deals.close_expected_at') }}
                or deals.close_expected_at is null
                then histories.stage_entered_at
            else deals.close_expected_at
        end as closed_at
    from deals
    left join histories on deals.connector = histories.connector and deals.deal_id = histories.deal_id
    left join decisions
        on
            deals.connector = decisions.connector
            and deals.pipeline_id = decisions.kind
            and deals.stage_id = decisions.code

),

connected_deal_spans as (

    select
        connector,
        deal_id,
        case when closed_at < opened_at then closed_at else opened_at end as opened_at,
        closed_at,
        case when is_closed then is_won end as is_won,
        amount,
        updated_at
    from spans
    where opened_at is not null

)

select * from connected_deal_spans
