with

candidates as (

    select distinct
        candidate_id,
        candidate_kind,
        candidate
    from {{ ref('candidate_outcomes') }}

),

evidence as (

    select
        *,
        count(*) over () as candidates_examined
    from {{ ref('month_evidence') }}
    where subject_kind = 'candidate' and has_enough_data

),

ranked as (

    select
        *,
        row_number() over (
            order by abs(log_odds) / nullif(log_odds_high - log_odds_low, 0) desc nulls last, subject_id
        ) as evidence_rank
    from evidence
    where log_odds_low > 0 or log_odds_high < 0

),

rule_candidates as (

    select
        cast(ranked.evidence_rank as {{ dbt.type_int() }}) as evidence_rank,
        candidates.candidate_kind,
        candidates.candidate,
        case when ranked.log_odds > 0 then 'give points' else 'take points' end as advice,
        ranked.months,
        ranked.leads,
        ranked.leads_with,
        ranked.opportunities,
        ranked.opportunities_with,
        {{ share_of('ranked.opportunities_with', 'ranked.expected_with') }} as lift,
        ranked.log_odds,
        ranked.log_odds_low,
        ranked.log_odds_high,
        cast(ranked.candidates_examined as {{ dbt.type_int() }}) as candidates_examined
    from ranked
    inner join candidates on ranked.subject_id = candidates.candidate_id
    where ranked.evidence_rank <= 20

)

select * from rule_candidates
