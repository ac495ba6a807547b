with

email_event as (

    {{ source_table('hubspot', 'email_event') }}

),

email_event_status_change as (

    {{ source_table('hubspot', 'email_event_status_change') }}

),

status_changes as (

    select
        id,
        max(requested_by) as requested_by,
        max(portal_subscription_status) as portal_subscription_status
    from email_event_status_change
    group by id

),

-- whoever opts out by himself must be told from lists that are cleaned
hubspot_email_acts as (

    select
        email_event.id as event_id,
        'email_event' as kind,
        case
            when email_event.type = 'STATUSCHANGE'
                then 'STATUSCHANGE '
                    || coalesce(status_changes.requested_by, email_event.requested_by, 'NOBODY') || ' '
                    || coalesce(
                        status_changes.portal_subscription_status, email_event.portal_subscription_status, 'UNKNOWN'
                    )
            else email_event.type
        end as code,
        cast(null as {{ dbt.type_string() }}) as label,
        email_event.created as occurred_at,
        email_event._fivetran_synced as loaded_at,
        {{ clean_address('email_event.recipient') }} as address,
        email_event.email_campaign_id as asset,
        coalesce(email_event.filtered_event, false) as is_bot
    from email_event
    left join status_changes on email_event.id = status_changes.id

)

select * from hubspot_email_acts
