-- What a lead can earn at most, rather too much than too little: text rules of one attribute are
-- all counted, of its bands the best. A behavior rule without limit lifts every bound.
with

attribute_rules as (

    select
        lower({{ clean_text('attribute') }}) as attribute,
        {{ is_given('value') }} as is_text,
        points
    from {{ ref('attribute_rules') }}
    where points > 0

),

behavior_rules as (

    select * from {{ ref('behavior_rules') }}
    where points > 0

),

recency_rules as (

    select * from {{ ref('recency_rules') }}
    where points > 0

),

tiers as (

    {{ rule_lines('tiers') }}

),

attributes as (

    select
        attribute,
        sum(case when is_text then points else 0 end)
        + max(case when is_text then 0 else points end) as most_points
    from attribute_rules
    group by attribute

),

limits as (

    select
        coalesce((select sum(most_points) from attributes), 0) as most_attribute,
        coalesce((select sum(cast(points as numeric(28, 6)) * max_awards) from behavior_rules), 0) as most_behavior,
        coalesce((select sum(points) from recency_rules), 0) as most_recency,
        (select count(*) from behavior_rules where max_awards is null) > 0 as is_unlimited

),

reaches as (

    select
        tiers.*,
        limits.most_attribute,
        limits.most_attribute + limits.most_behavior + limits.most_recency as most_total,
        limits.is_unlimited
    from tiers
    cross join limits

),

rule_book_problems_reach as (

    {{ rule_problem(
        'warn', 'reaches', 'min_score > 0 and min_score > most_total and not is_unlimited',
        'no lead reaches {min_score:n} points: all rules together give at most {most_total:n}',
        'Lower min_score, or give more points',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'reaches', 'min_attribute_score > most_attribute',
        'no lead reaches {min_attribute_score:n} attribute points: the attribute rules give at most {most_attribute:n}',
        'Lower min_attribute_score, or give more points for attributes',
    ) }}

)

select * from rule_book_problems_reach
