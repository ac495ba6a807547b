with

deal_pipeline_stage as (

    {{ source_table('hubspot', 'deal_pipeline_stage') }}

),

hubspot_stages as (

    select
        pipeline_id,
        stage_id,
        max(label) as label,
        max(case when is_closed then 1 else 0 end) = 1 as is_closed,
        max(case when closed_won then 1 else 0 end) = 1 as is_won
    from deal_pipeline_stage
    group by pipeline_id, stage_id

)

select * from hubspot_stages
