with

restaged_leads as (

    select * from {{ ref('restaged_leads') }}

),

scored_leads as (

    select * from {{ ref('scored_leads') }}
    where fingerprint <> ''

),

current_version as (

    select
        rules_version || '/{{ code_version(scoring_folders()) }}'
        || '/{{ var("timezone") }}/{{ var("outcome_horizon_days") }}' as scoring_version
    from {{ ref('rules_version') }}

),

outcomes as (

    select * from {{ ref('outcome_fingerprints') }}

),

leads as (

    select
        lead_id,
        fingerprint,
        repeats_fingerprint,
        '' as outcomes_fingerprint,
        '' as scoring_version
    from restaged_leads
    union all
    select
        lead_id,
        fingerprint,
        repeats_fingerprint,
        outcomes_fingerprint,
        scoring_version
    from scored_leads

),

touched_leads as (

    select
        leads.lead_id,
        leads.fingerprint,
        leads.repeats_fingerprint,
        coalesce(outcomes.outcomes_fingerprint, '') as outcomes_fingerprint,
        current_version.scoring_version
    from leads
    left join outcomes on leads.lead_id = outcomes.lead_id
    cross join current_version
    where
        {{ 'false' if is_raw_unchanged() else 'true' }}
        and (
            leads.scoring_version <> current_version.scoring_version
            or leads.outcomes_fingerprint is distinct from coalesce(outcomes.outcomes_fingerprint, '')
        )

)

select * from touched_leads
