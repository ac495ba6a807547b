with

task as (

    {{ source_table('salesforce', 'task') }}

),

email_message as (

    {{ source_table('salesforce', 'email_message') }}

),

event as (

    {{ source_table('salesforce', 'event') }}

),

messages as (

    select
        activity_id,
        max(case when incoming then 1 else 0 end) = 1 as is_incoming,
        max(case when is_bounced then 1 else 0 end) = 1 as is_bounced
    from email_message
    where activity_id is not null
    group by activity_id

),

done as (

    select
        task.*,
        {{ local_date('task.created_date') }} as created_day,
        case task.task_subtype
            when 'Call' then 'call' when 'Email' then 'email' when 'ListEmail' then 'list email' else 'task'
        end as activity_type,
        coalesce(messages.is_incoming, false) as is_incoming,
        coalesce(messages.is_bounced, false) as is_bounced
    from task
    left join messages on task.id = messages.activity_id
    where
        not coalesce(task.is_deleted, false)
        and coalesce(task.is_closed, task.status in ('Completed', '完了'))

),

-- What was logged on its day took place when it was logged. The day of what was logged later is when it took place,
-- that of an old task when it was due, which is as near as one can come.
salesforce_engagements as (

    select
        id as engagement_id,
        activity_type,
        case
            when completed_date_time is not null then completed_date_time
            when activity_date = created_day or activity_date is null then created_date
            when {{ start_of_day('activity_date') }} > last_modified_date then last_modified_date
            else {{ start_of_day('activity_date') }}
        end as occurred_at,
        last_modified_date as updated_at,
        owner_id,
        case when activity_type = 'task' then 'task type' else activity_type || ' direction' end as direction_kind,
        case activity_type
            when 'call' then call_type
            when 'email' then case when is_incoming then 'INCOMING' else 'OUTGOING' end
            when 'list email' then 'OUTGOING'
            else coalesce(type, '(none)')
        end as direction,
        activity_type || ' outcome' as outcome_kind,
        case
            when activity_type = 'call' then call_disposition
            when is_bounced then 'BOUNCED'
        end as outcome
    from done
    union all
    select
        id as engagement_id,
        'meeting' as activity_type,
        coalesce(start_date_time, activity_date_time, {{ start_of_day('activity_date') }}) as occurred_at,
        last_modified_date as updated_at,
        owner_id,
        'event type' as direction_kind,
        type as direction,
        'event outcome' as outcome_kind,
        cast(null as {{ dbt.type_string() }}) as outcome
    from event
    where not coalesce(is_deleted, false) and not coalesce(is_child, false)

)

select * from salesforce_engagements
