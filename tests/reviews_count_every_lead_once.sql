-- Per month, over all tiers; a month without leads has rows of 0.
with

scores as (

    select
        month,
        count(*) as leads,
        sum(case when has_opportunity then 1 else 0 end) as opportunities,
        sum(case when is_won then 1 else 0 end) as wins,
        sum(case when is_worked then 1 else 0 end) as worked_leads
    from {{ ref('month_end_scores') }}
    group by month

),

tiers as (

    select
        month,
        sum(leads) as leads,
        sum(opportunities) as opportunities,
        sum(wins) as wins,
        sum(worked_leads) as worked_leads,
        sum(worked_leads + unworked_leads) as worked_and_unworked_leads,
        sum(worked_opportunities + unworked_opportunities) as worked_and_unworked_opportunities
    from {{ ref('score_validation') }}
    group by month

)

select
    month_ends.month,
    scores.leads,
    tiers.leads as leads_of_tiers,
    monthly.leads as leads_of_month
from {{ ref('month_ends') }} as month_ends
left join scores on month_ends.month = scores.month
full outer join tiers on month_ends.month = tiers.month
full outer join {{ ref('score_validation_monthly') }} as monthly on month_ends.month = monthly.month
where
    tiers.leads is distinct from coalesce(scores.leads, 0)
    or monthly.leads is distinct from coalesce(scores.leads, 0)
    {%- for figure in ['opportunities', 'wins', 'worked_leads'] %}
        or tiers.{{ figure }} is distinct from case when month_ends.is_mature then coalesce(scores.{{ figure }}, 0) end
    {%- endfor %}
    or monthly.opportunities is distinct from tiers.opportunities
    or tiers.worked_and_unworked_leads is distinct from case when month_ends.is_mature then tiers.leads end
    or tiers.worked_and_unworked_opportunities is distinct from tiers.opportunities
