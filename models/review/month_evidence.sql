with

outcomes as (

    select
        'rule' as subject_kind,
        rule_id as subject_id,
        leads,
        opportunities,
        leads_with,
        opportunities_with
    from {{ ref('rule_outcomes') }}
    union all
    select
        'candidate' as subject_kind,
        candidate_id as subject_id,
        leads,
        opportunities,
        leads_with,
        opportunities_with
    from {{ ref('candidate_outcomes') }}

),

-- a month in which nobody had an opportunity says nothing about who has one
cells as (

    select
        *,
        leads - leads_with as leads_without,
        opportunities - opportunities_with as opportunities_without,
        {{ as_float('leads') }} as all_leads,
        {{ as_float('opportunities_with') }} as won_with,
        {{ as_float('leads_with - opportunities_with') }} as lost_with,
        {{ as_float('opportunities - opportunities_with') }} as won_without,
        {{ as_float('leads - leads_with - (opportunities - opportunities_with)') }} as lost_without
    from outcomes
    where opportunities > 0

),

-- what speaks for the subject and what against, and the shares that its variance is made of
strata as (

    select
        *,
        won_with * lost_without / all_leads as speaks_for,
        lost_with * won_without / all_leads as speaks_against,
        (won_with + lost_without) / all_leads as share_for,
        (lost_with + won_without) / all_leads as share_against
    from cells

),

summed as (

    select
        subject_kind,
        subject_id,
        count(*) as months,
        sum(leads) as leads,
        sum(opportunities) as opportunities,
        sum(leads_with) as leads_with,
        sum(opportunities_with) as opportunities_with,
        sum(leads_without) as leads_without,
        sum(opportunities_without) as opportunities_without,
        sum({{ as_float('leads_with') }} * {{ as_float('opportunities') }} / all_leads) as expected_with,
        nullif(sum(speaks_for), 0) as speaks_for,
        nullif(sum(speaks_against), 0) as speaks_against,
        sum(share_for * speaks_for) as for_for,
        sum(share_for * speaks_against + share_against * speaks_for) as mixed,
        sum(share_against * speaks_against) as against_against
    from strata
    group by subject_kind, subject_id

),

-- Mantel and Haenszel's odds ratio over the months, with the variance of Robins, Breslow and Greenland
weighed as (

    select
        *,
        ln(speaks_for / speaks_against) as log_odds,
        {{ z_95() }} * sqrt(
            for_for / (2 * speaks_for * speaks_for)
            + mixed / (2 * speaks_for * speaks_against)
            + against_against / (2 * speaks_against * speaks_against)
        ) as log_odds_margin
    from summed

),

month_evidence as (

    select
        subject_kind,
        subject_id,
        cast(months as {{ dbt.type_int() }}) as months,
        cast(leads as {{ dbt.type_bigint() }}) as leads,
        cast(opportunities as {{ dbt.type_bigint() }}) as opportunities,
        cast(leads_with as {{ dbt.type_bigint() }}) as leads_with,
        cast(opportunities_with as {{ dbt.type_bigint() }}) as opportunities_with,
        cast(leads_without as {{ dbt.type_bigint() }}) as leads_without,
        cast(opportunities_without as {{ dbt.type_bigint() }}) as opportunities_without,
        cast(expected_with as numeric(28, 6)) as expected_with,
        cast(log_odds as numeric(18, 6)) as log_odds,
        cast(log_odds - log_odds_margin as numeric(18, 6)) as log_odds_low,
        cast(log_odds + log_odds_margin as numeric(18, 6)) as log_odds_high,
        leads_with >= {{ var('review_min_leads') }}
        and leads_without >= {{ var('review_min_leads') }}
        and opportunities_with >= {{ var('review_min_opportunities') }}
        and opportunities_without >= {{ var('review_min_opportunities') }}
        and log_odds is not null as has_enough_data
    from weighed

)

select * from month_evidence
