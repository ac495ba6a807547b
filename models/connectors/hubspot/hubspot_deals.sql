with

deal as (

    {{ source_table('hubspot', 'deal') }}

),

stages as (

    select * from {{ ref('hubspot_stages') }}

),

merges as (

    select * from {{ ref('hubspot_deal_merges') }}

),

hubspot_deals as (

    select
        deal.deal_id,
        deal.deal_pipeline_id as pipeline_id,
        deal.deal_pipeline_stage_id as stage_id,
        coalesce(stages.is_closed, deal.deal_pipeline_stage_id in ('closedwon', 'closedlost')) as is_closed,
        coalesce(stages.is_won, deal.deal_pipeline_stage_id = 'closedwon') as is_won,
        deal.property_amount as amount,
        deal.property_createdate as created_at,
        deal.property_closedate as close_expected_at,
        deal.property_hs_lastmodifieddate as updated_at
    from deal
    left join stages
        on deal.deal_pipeline_id = stages.pipeline_id and deal.deal_pipeline_stage_id = stages.stage_id
    left join merges on deal.deal_id = merges.merged_deal_id
    where
        not coalesce(deal.is_deleted, false)
        and not coalesce(deal._fivetran_deleted, false)
        and not coalesce(deal.archived, false)
        and merges.merged_deal_id is null

)

select * from hubspot_deals
