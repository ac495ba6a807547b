with

rules as (

    select * from {{ ref('rule_book') }}
    where axis is not null and points is not null

),

evidence as (

    select * from {{ ref('month_evidence') }}
    where subject_kind = 'rule'

),

judged as (

    select
        rules.rule_id,
        rules.axis,
        rules.description,
        rules.points as current_points,
        coalesce(evidence.months, 0) as months,
        coalesce(evidence.leads, 0) as leads,
        coalesce(evidence.opportunities, 0) as opportunities,
        coalesce(evidence.leads_with, 0) as leads_with,
        coalesce(evidence.opportunities_with, 0) as opportunities_with,
        coalesce(evidence.leads_without, 0) as leads_without,
        coalesce(evidence.opportunities_without, 0) as opportunities_without,
        evidence.expected_with,
        evidence.log_odds,
        evidence.log_odds_low,
        evidence.log_odds_high,
        coalesce(evidence.has_enough_data, false) as has_enough_data
    from rules
    left join evidence on rules.rule_id = evidence.subject_id

),

-- the current scale: what the judged rules give and take in all, for all that is known for and against
scale as (

    select
        {{ as_float('sum(abs(current_points))') }} / nullif({{ as_float('sum(abs(log_odds))') }}, 0)
            as points_per_log_odds
    from judged
    where has_enough_data

),

allowed as (

    select
        judged.*,
        cast(
            case when judged.has_enough_data then judged.log_odds_low * scale.points_per_log_odds end
            as numeric(18, 2)
        ) as points_low,
        cast(
            case when judged.has_enough_data then judged.log_odds_high * scale.points_per_log_odds end
            as numeric(18, 2)
        ) as points_high
    from judged
    cross join scale

),

verdicts as (

    select
        *,
        case
            when points_low is null then 'not enough data'
            when current_points < points_low then 'raise'
            when current_points > points_high then 'lower'
            else 'keep'
        end as verdict
    from allowed

),

rule_review as (

    select
        rule_id,
        axis,
        description,
        months,
        leads,
        leads_with,
        {{ share_of('leads_with', 'leads') }} as prevalence,
        opportunities,
        opportunities_with,
        opportunities_without,
        {{ share_of('opportunities_with', 'leads_with') }} as rate_with,
        {{ share_of('opportunities_without', 'leads_without') }} as rate_without,
        {{ share_of('opportunities_with', 'expected_with') }} as lift,
        {{ share_of(wilson_low('opportunities_with', 'leads_with') ~ ' * leads_with', 'expected_with') }} as lift_low,
        {{ share_of(wilson_high('opportunities_with', 'leads_with') ~ ' * leads_with', 'expected_with') }}
            as lift_high,
        log_odds,
        log_odds_low,
        log_odds_high,
        current_points,
        points_low,
        points_high,
        verdict,
        case
            when verdict = 'keep' then 'leave as it is'
            when verdict = 'not enough data' then 'wait for more opportunities'
            when verdict = 'lower' and current_points > 0 and points_high <= 0 then 'give none'
            when verdict = 'lower' and current_points > 0 then 'give fewer'
            when verdict = 'lower' and current_points < 0 then 'take more'
            when verdict = 'lower' then 'take some'
            when current_points < 0 and points_low >= 0 then 'take none'
            when current_points < 0 then 'take fewer'
            when current_points > 0 then 'give more'
            else 'give some'
        end as advice
    from verdicts

)

select * from rule_review
