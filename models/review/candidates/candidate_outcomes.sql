with

scores as (

    select
        scores.month,
        scores.lead_id,
        case when scores.has_opportunity then 1 else 0 end as opportunity
    from {{ ref('month_end_scores') }} as scores
    inner join {{ ref('month_ends') }} as month_ends on scores.month = month_ends.month
    where month_ends.is_reviewed

),

totals as (

    select
        month,
        count(*) as leads,
        sum(opportunity) as opportunities
    from scores
    group by month

),

holders as (

    select
        candidates.candidate_kind,
        candidates.candidate_id,
        scores.month,
        scores.opportunity
    from {{ ref('attribute_candidates') }} as candidates
    inner join scores on candidates.lead_id = scores.lead_id
    union all
    select
        candidates.candidate_kind,
        candidates.candidate_id,
        scores.month,
        scores.opportunity
    from {{ ref('event_candidates') }} as candidates
    inner join scores on candidates.lead_id = scores.lead_id and candidates.month = scores.month

),

held as (

    select
        candidate_kind,
        candidate_id,
        month,
        count(*) as leads_with,
        sum(opportunity) as opportunities_with
    from holders
    group by candidate_kind, candidate_id, month

),

candidates as (

    select distinct
        candidate_kind,
        candidate_id
    from held

),

candidate_outcomes as (

    select
        candidates.candidate_kind || ': ' || candidates.candidate_id as candidate_id,
        candidates.candidate_kind,
        candidates.candidate_id as candidate,
        totals.month,
        cast(totals.leads as {{ dbt.type_bigint() }}) as leads,
        cast(totals.opportunities as {{ dbt.type_bigint() }}) as opportunities,
        cast(coalesce(held.leads_with, 0) as {{ dbt.type_bigint() }}) as leads_with,
        cast(coalesce(held.opportunities_with, 0) as {{ dbt.type_bigint() }}) as opportunities_with
    from candidates
    cross join totals
    left join held
        on
            candidates.candidate_kind = held.candidate_kind
            and candidates.candidate_id = held.candidate_id
            and totals.month = held.month

)

select * from candidate_outcomes
