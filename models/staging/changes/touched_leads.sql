with

restaged_leads as (

    select * from {{ ref('restaged_leads') }}

),

scored_leads as (

    select * from {{ ref('scored_leads') }}
    where fingerprint <> ''

),

current_version as (

    select rules_version || '/{{ code_version(["rules", "scoring"]) }}/{{ var("timezone") }}' as scoring_version
    from {{ ref('rules_version') }}

),

leads as (

    select
        lead_id,
        fingerprint,
        repeats_fingerprint,
        '' as scoring_version
    from restaged_leads
    union all
    select
        lead_id,
        fingerprint,
        repeats_fingerprint,
        scoring_version
    from scored_leads

),

touched_leads as (

    select
        leads.lead_id,
        leads.fingerprint,
        leads.repeats_fingerprint,
        current_version.scoring_version
    from leads
    cross join current_version
    where leads.scoring_version <> current_version.scoring_version

)

select * from touched_leads
