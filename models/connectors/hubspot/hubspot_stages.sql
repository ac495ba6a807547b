with

deal_pipeline_stage as (

    {{ source_table('hubspot', 'deal_pipeline_stage') }}

),

deal_pipeline as (

    {{ source_table('hubspot', 'deal_pipeline') }}

),

numbers as (

    select * from {{ ref('numbers') }}

),

-- a list has no sign for won: it is closed, and surely
listed as (

    select
        deal_pipeline.pipeline_id,
        coalesce(
            {{ json_text('deal_pipeline.stages', ['(numbers.number)', 'stageId']) }},
            {{ json_text('deal_pipeline.stages', ['(numbers.number)', 'id']) }}
        ) as stage_id,
        {{ json_text('deal_pipeline.stages', ['(numbers.number)', 'label']) }} as label,
        {{ parse_boolean(json_text('deal_pipeline.stages', ['(numbers.number)', 'metadata', 'isClosed'])) }} as is_closed,
        {{ parse_decimal(json_text('deal_pipeline.stages', ['(numbers.number)', 'metadata', 'probability'])) }}
            as probability
    from deal_pipeline
    inner join numbers on numbers.number <= 100
    where deal_pipeline.stages is not null

),

stages as (

    select pipeline_id, stage_id, label, is_closed, closed_won as is_won from deal_pipeline_stage
    union all
    select pipeline_id, stage_id, label, is_closed, is_closed and probability = 1 as is_won
    from listed
    where stage_id is not null

),

hubspot_stages as (

    select
        pipeline_id,
        stage_id,
        max(label) as label,
        max(case when is_closed then 1 else 0 end) = 1 as is_closed,
        max(case when is_won then 1 else 0 end) = 1 as is_won
    from stages
    group by pipeline_id, stage_id

)

select * from hubspot_stages
