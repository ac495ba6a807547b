with

visitor_activity as (

    {{ source_table('account_engagement', 'visitor_activity') }}

),

visitor as (

    {{ source_table('account_engagement', 'visitor') }}

),

prospect as (

    {{ source_table('account_engagement', 'prospect') }}

),

visitors as (

    select
        id,
        max(prospect_id) as prospect_id
    from visitor
    group by id

),

prospects as (

    select
        id,
        max(coalesce(crm_contact_fid, crm_lead_fid)) as record_id
    from prospect
    where not coalesce(_fivetran_deleted, false) and not coalesce(is_deleted, false)
    group by id

),

named as (

    select
        visitor_activity.*,
        coalesce(visitors.prospect_id, visitor_activity.prospect_id) as person_id
    from visitor_activity
    left join visitors on visitor_activity.visitor_id = visitors.id

),

-- the number says what was done, the name to what kind of thing
account_engagement_acts as (

    select
        named.id as event_id,
        'visitor_activity' as kind,
        named.type || ' ' || coalesce(named.type_name, '(none)') as code,
        {{ local_to_utc('named.created_at', var('pardot_timezone', none) or var('timezone')) }} as occurred_at,
        named._fivetran_synced as loaded_at,
        prospects.record_id,
        named.person_id as prospect_id,
        coalesce(
            named.file_id, named.form_id, named.form_handler_id, named.landing_page_id, named.custom_redirect_id,
            named.list_email_id, named.email_id, named.email_template_id,
            case when named.type = '20' then {{ url_path('named.details') }} end
        ) as asset
    from named
    left join prospects on named.person_id = prospects.id
    where named.person_id is not null

)

select * from account_engagement_acts
