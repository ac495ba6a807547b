-- An event may change hands: its versions name different leads. Whoever won or lost one is
-- staged again, although its own rows did not change.
with

changed_leads as (

    select * from {{ ref('changed_leads') }}

),

scored_leads as (

    select * from {{ ref('scored_leads') }}
    where fingerprint <> ''

),

repeats as (

    select
        lead_id,
        cast({{ content_sum(['event_id', 'version_rank']) }} as {{ dbt.type_string() }}) as repeats_fingerprint
    from {{ ref('repeated_events') }}
    group by lead_id

),

known as (

    select
        lead_id,
        fingerprint,
        cast('?' as {{ dbt.type_string() }}) as scored_repeats
    from changed_leads
    union all
    select
        lead_id,
        fingerprint,
        repeats_fingerprint as scored_repeats
    from scored_leads

),

restaged_leads as (

    select
        known.lead_id,
        known.fingerprint,
        coalesce(repeats.repeats_fingerprint, '') as repeats_fingerprint
    from known
    left join repeats on known.lead_id = repeats.lead_id
    where
        {{ 'false' if is_raw_unchanged() else 'true' }}
        and known.scored_repeats <> coalesce(repeats.repeats_fingerprint, '')

)

select * from restaged_leads
