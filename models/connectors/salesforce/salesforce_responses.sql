with

campaign_member as (

    {{ source_table('salesforce', 'campaign_member') }}

),

campaign as (

    {{ source_table('salesforce', 'campaign') }}

),

campaigns as (

    select
        id,
        max(type) as type
    from campaign
    group by id

),

salesforce_responses as (

    select
        members.id as event_id,
        'campaign_member' as kind,
        coalesce(campaigns.type, '(none)') || ': ' || coalesce(members.status, '(none)') as code,
        cast(null as {{ dbt.type_string() }}) as label,
        {{ start_of_day('members.first_responded_date') }} as occurred_at,
        members.created_date as member_created_at,
        members._fivetran_synced as loaded_at,
        coalesce(members.contact_id, members.lead_id) as record_id,
        members.campaign_id as asset
    from campaign_member as members
    left join campaigns on members.campaign_id = campaigns.id
    where coalesce(members.has_responded, false) and not coalesce(members.is_deleted, false)

)

select * from salesforce_responses
