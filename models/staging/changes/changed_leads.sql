with

base_fingerprints as (

    select
        lead_id,
        fingerprint || '/{{ code_version(staging_folders()) }}' as fingerprint
    from {{ ref('base_fingerprints') }}

),

scored_leads as (

    select * from {{ ref('scored_leads') }}

),

changed_leads as (

    select
        coalesce(base_fingerprints.lead_id, scored_leads.lead_id) as lead_id,
        base_fingerprints.fingerprint
    from base_fingerprints
    full outer join scored_leads on base_fingerprints.lead_id = scored_leads.lead_id
    where
        {{ 'false' if is_raw_unchanged() else 'true' }}
        and (
            base_fingerprints.fingerprint is distinct from scored_leads.fingerprint
            or {{ 'true' if should_full_refresh() else 'false' }}
        )

)

select * from changed_leads
