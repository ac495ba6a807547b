with

opportunity_history as (

    {{ source_table('salesforce', 'opportunity_history') }}

),

opportunity_stage as (

    {{ source_table('salesforce', 'opportunity_stage') }}

),

lost_stages as (

    select distinct master_label as stage_id
    from opportunity_stage
    where is_closed and not coalesce(is_won, false)

),

numbered as (

    select
        opportunity_id,
        stage_name,
        created_date,
        lag(stage_name) over (partition by opportunity_id order by created_date, stage_name) as stage_before
    from opportunity_history
    where not coalesce(is_deleted, false)

),

-- a row is written for a new amount or closing day too
salesforce_stage_entries as (

    select
        numbered.opportunity_id as deal_id,
        numbered.stage_name as stage_id,
        numbered.created_date as entered_at,
        coalesce(lost_stages.stage_id is not null or numbered.stage_name in ('Closed Lost', '失注'), false) as is_lost
    from numbered
    left join lost_stages on numbered.stage_name = lost_stages.stage_id
    where numbered.stage_before is null or numbered.stage_before <> numbered.stage_name

)

select * from salesforce_stage_entries
