{%- set epoch = "cast('1970-01-01' as " ~ dbt.type_timestamp() ~ ")" %}
{%- set submitted_at = 'submission.' ~ column_name('timestamp') %}
with

contact_form_submission as (

    {{ source_table('hubspot', 'contact_form_submission') }}

),

form as (

    {{ source_table('hubspot', 'form') }}

),

web_analytics_event as (

    {{ source_table('hubspot', 'web_analytics_event') }}

),

forms as (

    select
        guid,
        max(name) as name
    from form
    group by guid

),

submissions as (

    select
        coalesce(
            submission.conversion_id,
            submission.form_id || ':' || submission.contact_id || ':'
            || cast({{ elapsed_microseconds(epoch, submitted_at) }} as {{ dbt.type_string() }})
        ) as event_id,
        'form' as kind,
        submission.form_id as code,
        coalesce(forms.name, submission.title) as label,
        {{ submitted_at }} as occurred_at,
        submission._fivetran_synced as loaded_at,
        submission.contact_id,
        {{ url_path('submission.page_url') }} as asset
    from contact_form_submission as submission
    left join forms on submission.form_id = forms.guid

),

page_views as (

    select
        id as event_id,
        'page_view' as kind,
        event_type as code,
        cast(null as {{ dbt.type_string() }}) as label,
        occurred_at,
        _fivetran_synced as loaded_at,
        object_id as contact_id,
        {{ url_path('properties_hs_url') }} as asset
    from web_analytics_event
    where object_id is not null and lower(coalesce(object_type, 'contact')) = 'contact'

),

hubspot_site_acts as (

    select * from submissions
    union all
    select * from page_views

)

select * from hubspot_site_acts
