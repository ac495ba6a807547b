with

recency_rules as (

    {{ rule_lines('recency_rules') }}

),

reset_rules as (

    {{ rule_lines('reset_rules') }}

),

resets as (

    select
        *,
        row_number() over (order by line, rule_id) as reset_number,
        first_value(line) over (order by line, rule_id{{ up_to_here() }}) as other_line,
        first_value(rule_id) over (order by line, rule_id{{ up_to_here() }}) as other_rule_id
    from reset_rules
    where action = 'reset'

),

-- against the rule that does reset: a second one is a problem of its own
recency_limits as (

    select
        recency_rules.*,
        resets.rule_id as reset_rule_id,
        resets.inactive_days
    from recency_rules
    inner join resets on recency_rules.window_days > resets.inactive_days and resets.reset_number = 1

),

rule_book_problems_recency as (

    {{ rule_problem(
        'error', 'recency_rules', 'window_days is null or window_days < 1',
        'window_days is blank or below 1', 'Write a whole number of days from 1',
    ) }}
    union all
    {{ rule_problem(
        'error', 'recency_rules', 'min_active_days < 1',
        'min_active_days is {min_active_days:n}', 'Write a whole number of days from 1, or leave it blank for 1',
    ) }}
    union all
    {{ rule_problem('error', 'recency_rules', 'points is null', 'points is blank', 'Write a number such as 10') }}
    union all
    {{ rule_problem(
        'error', 'recency_limits', 'true',
        'the window of {window_days:n} days is longer than the {inactive_days:n} days after which {reset_rule_id} resets',
        'Write window_days of {inactive_days:n} or less, so that no points outlive a reset',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'recency_rules', 'min_active_days > window_days + 2',
        '{min_active_days:n} active days do not fit into {window_days:n} days, so nobody earns the points',
        'Lower min_active_days or raise window_days',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'recency_rules', 'points = 0', 'the rule gives 0 points, so it changes no score',
        'Give it points or delete it',
    ) }}

)

select * from rule_book_problems_recency
