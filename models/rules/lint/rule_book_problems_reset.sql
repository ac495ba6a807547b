with

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

deduction_limits as (

    select
        deductions.*,
        resets.rule_id as reset_rule_id,
        resets.inactive_days as reset_days
    from reset_rules as deductions
    inner join resets on deductions.inactive_days >= resets.inactive_days and resets.reset_number = 1
    where deductions.action = 'deduct' and not coalesce(deductions.marks_dormant, false)

),

rule_book_problems_reset as (

    {{ rule_problem(
        'error', 'reset_rules', 'inactive_days is null or inactive_days < 1',
        'inactive_days is blank or below 1', 'Write a whole number of days from 1',
    ) }}
    union all
    {{ rule_problem(
        'error', 'reset_rules', "action is null or action not in ('reset', 'deduct')",
        'action is "{action}"', 'Write reset or deduct, in small letters and without blanks',
    ) }}
    union all
    {{ rule_problem(
        'error', 'resets', 'reset_number > 1',
        'this is a second line with action reset, after {other_rule_id} in line {other_line:n}',
        'Keep one of the two; to take points earlier, use action deduct',
    ) }}
    union all
    {{ rule_problem(
        'error', 'reset_rules', "action = 'deduct' and (points is null or points >= 0)",
        'a deduction takes points, but points is blank or not negative', 'Write a negative number such as -50',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'resets', 'points is not null',
        'a reset brings the axis to 0, and its {points:n} points are not used',
        'Clear points, or write deduct as action',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'deduction_limits', 'true',
        'nothing is left to take after {inactive_days:n} days: {reset_rule_id} resets after {reset_days:n}',
        'Write inactive_days below {reset_days:n}, or delete the line',
    ) }}

)

select * from rule_book_problems_reset
