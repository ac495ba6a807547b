with

scored_leads as (

    select
        cast(null as {{ dbt.type_string() }}) as lead_id,
        cast(null as {{ dbt.type_string() }}) as fingerprint,
        cast(null as {{ dbt.type_string() }}) as repeats_fingerprint,
        cast(null as {{ dbt.type_string() }}) as outcomes_fingerprint,
        cast(null as {{ dbt.type_string() }}) as scoring_version
    -- `remember_scored_leads` fills it at the end of a build
    where 1 = 0

)

select * from scored_leads
