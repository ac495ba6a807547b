with

call as (

    {{ source_table('hubspot', 'engagement_call') }}

),

email as (

    {{ source_table('hubspot', 'engagement_email') }}

),

meeting as (

    {{ source_table('hubspot', 'engagement_meeting') }}

),

task as (

    {{ source_table('hubspot', 'engagement_task') }}

),

-- a task's time is when it was done: its own says when it was due
hubspot_engagements as (

    select
        engagement_id,
        'call' as activity_type,
        property_hs_timestamp as occurred_at,
        property_hs_lastmodifieddate as updated_at,
        property_hubspot_owner_id as owner_id,
        'call direction' as direction_kind,
        property_hs_call_direction as direction,
        'call outcome' as outcome_kind,
        property_hs_call_status as outcome,
        contact_ids
    from call
    where not coalesce(_fivetran_deleted, false)
    union all
    select
        engagement_id,
        'email' as activity_type,
        property_hs_timestamp as occurred_at,
        property_hs_lastmodifieddate as updated_at,
        property_hubspot_owner_id as owner_id,
        'email direction' as direction_kind,
        coalesce(property_hs_email_direction, type) as direction,
        'email outcome' as outcome_kind,
        property_hs_email_status as outcome,
        contact_ids
    from email
    where not coalesce(_fivetran_deleted, false)
    union all
    select
        engagement_id,
        'meeting' as activity_type,
        coalesce(property_hs_meeting_start_time, property_hs_timestamp) as occurred_at,
        property_hs_lastmodifieddate as updated_at,
        property_hubspot_owner_id as owner_id,
        'meeting direction' as direction_kind,
        cast(null as {{ dbt.type_string() }}) as direction,
        'meeting outcome' as outcome_kind,
        property_hs_meeting_outcome as outcome,
        contact_ids
    from meeting
    where not coalesce(_fivetran_deleted, false)
    union all
    select
        engagement_id,
        'task' as activity_type,
        property_hs_task_completion_date as occurred_at,
        property_hs_lastmodifieddate as updated_at,
        property_hubspot_owner_id as owner_id,
        'task type' as direction_kind,
        property_hs_task_type as direction,
        'task outcome' as outcome_kind,
        property_hs_task_status as outcome,
        contact_ids
    from task
    where not coalesce(_fivetran_deleted, false)

)

select * from hubspot_engagements
