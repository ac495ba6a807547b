with

deals as (

    select * from {{ ref('hubspot_deals') }}

),

deal_stage as (

    {{ source_table('hubspot', 'deal_stage') }}

),

stages as (

    select * from {{ ref('hubspot_stages') }}

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where connector = 'hubspot' and mapping = 'deal_stages'

),

-- what was lost before it got so far was never an opportunity
entered as (

    select
        deals.deal_id,
        deal_stage.date_entered,
        deal_stage.value = deals.stage_id as is_current_stage,
        decisions.decision = 'true' and not (
            coalesce(stages.is_closed, deal_stage.value = 'closedlost')
            and not coalesce(stages.is_won, deal_stage.value = 'closedwon')
        ) as is_opportunity
    from deals
    inner join deal_stage on deals.deal_id = deal_stage.deal_id
    left join stages on deals.pipeline_id = stages.pipeline_id and deal_stage.value = stages.stage_id
    left join decisions on deals.pipeline_id = decisions.kind and deal_stage.value = decisions.code

),

histories as (

    select
        deal_id,
        min(case when is_opportunity then date_entered end) as reached_at,
        max(case when is_current_stage then date_entered end) as stage_entered_at,
        max(case when is_current_stage then 0 else 1 end) = 1 as has_earlier_stages
    from entered
    group by deal_id

),

-- an expected day that was left standing is later than the day the deal was closed
spans as (

    select
        deals.*,
        case
            when histories.reached_at is not null then histories.reached_at
            when decisions.decision = 'true' and not coalesce(histories.has_earlier_stages, false)
                then deals.created_at
        end as opened_at,
        case
            when deals.is_closed then coalesce(
                least(deals.close_expected_at, histories.stage_entered_at),
                deals.close_expected_at,
                histories.stage_entered_at
            )
        end as closed_at
    from deals
    left join histories on deals.deal_id = histories.deal_id
    left join decisions on deals.pipeline_id = decisions.kind and deals.stage_id = decisions.code

),

hubspot_deal_spans as (

    select
        deal_id,
        opened_at,
        closed_at,
        case when is_closed then is_won end as is_won,
        amount,
        updated_at
    from spans
    where opened_at is not null

)

select * from hubspot_deal_spans
