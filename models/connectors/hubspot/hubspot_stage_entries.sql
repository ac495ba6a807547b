with

deal_stage as (

    {{ source_table('hubspot', 'deal_stage') }}

),

stages as (

    select * from {{ ref('hubspot_stages') }}

),

deals as (

    select * from {{ ref('hubspot_deals') }}

),

hubspot_stage_entries as (

    select
        deal_stage.deal_id,
        deal_stage.value as stage_id,
        deal_stage.date_entered as entered_at,
        coalesce(stages.is_closed, deal_stage.value = 'closedlost')
        and not coalesce(stages.is_won, deal_stage.value = 'closedwon') as is_lost
    from deal_stage
    inner join deals on deal_stage.deal_id = deals.deal_id
    left join stages on deals.pipeline_id = stages.pipeline_id and deal_stage.value = stages.stage_id
    where coalesce(deal_stage.property, 'dealstage') = 'dealstage'

)

select * from hubspot_stage_entries
