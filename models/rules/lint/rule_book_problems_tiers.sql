with

lines as (

    {{ rule_lines('tiers') }}

),

tiers as (

    select
        *,
        min(min_score) over () as lowest_score,
        row_number() over (partition by min_score order by line, tier) as same_score_number,
        first_value(tier) over (partition by min_score order by line, tier{{ up_to_here() }}) as same_score_tier,
        max(case when sla_hours is null then min_score end) over () as highest_without_sla
    from lines

),

files as (

    select
        'seeds/rules/tiers.csv' as file,
        cast(null as {{ dbt.type_int() }}) as line,
        cast(null as {{ dbt.type_string() }}) as rule_id
    {{ one_row() }}where not exists (select 1 from tiers)

),

rule_book_problems_tiers as (

    {{ rule_problem(
        'error', 'files', 'true', 'there is no tier, so no lead has one', 'Write a tier with min_score 0',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', "lower(tier) = 'disqualified'",
        'disqualified is the tier of leads a disqualification rule matches', 'Choose another name',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', 'min_score is null', 'min_score is blank', 'Write the lowest score of the tier',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', 'min_score is not null and same_score_number > 1',
        'min_score {min_score:n} is that of tier {same_score_tier} too', 'Give each tier a min_score of its own',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers',
        'min_score = lowest_score and (min_score > 0 or coalesce(requires_active, false)'
        ~ ' or min_attribute_score is not null)',
        'the lowest tier is not open to every lead, so some leads have no tier',
        'Write min_score 0 and clear requires_active and min_attribute_score',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', 'not ' ~ is_given('label'), 'label is blank', 'Write the name people are to see',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', 'not ' ~ is_given('action'), 'action is blank', 'Write what is to be done with such leads',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', 'sla_hours <= 0', 'sla_hours is {sla_hours:n}', 'Write hours above 0, or leave it blank',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', "sla_clock not in ('elapsed', 'business')",
        'sla_clock is "{sla_clock}"', 'Write elapsed or business, or leave it blank for elapsed',
    ) }}
    union all
    {{ rule_problem(
        'error', 'tiers', 'rearm_below > min_score',
        'rearm_below {rearm_below:n} is above min_score {min_score:n}, so a lead could be handed over again'
        ~ ' without ever leaving the tier',
        'Write {min_score:n} or less, or leave it blank for min_score',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'tiers', 'sla_hours is null and (' ~ is_given('sla_clock') ~ ' or rearm_below is not null)',
        'sla_clock or rearm_below is filled but sla_hours is blank, so nothing is handed over',
        'Fill sla_hours, or clear the other two',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'tiers', 'sla_hours is not null and min_score < highest_without_sla',
        'the tier is handed to sales from {min_score:n} points, but a tier from {highest_without_sla:n} points is not',
        'Check that no two min_score are exchanged, or fill sla_hours of the higher tier too',
    ) }}

)

select * from rule_book_problems_tiers
