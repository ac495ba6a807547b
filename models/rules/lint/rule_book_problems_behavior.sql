{%- set decayed = 'cast(points as numeric(28, 6)) * decay_percent * 0.01' %}
with

ignored_event_types as (

    select lower({{ clean_text('event_type') }}) as event_type from {{ ref('ignored_event_types') }}

),

rules as (

    {{ rule_lines('behavior_rules') }}

),

ignored_rules as (

    select rules.*
    from rules
    inner join {{ ref('rule_event_types') }} as rule_event_types on rules.rule_id = rule_event_types.rule_id
    inner join ignored_event_types on rule_event_types.event_type = ignored_event_types.event_type

),

rule_book_problems_behavior as (

    {{ rule_problem(
        'error', 'rules', 'not ' ~ is_given('event_type'),
        'event_type is blank, so the rule matches no event', 'Write the event type as the tracking calls it',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'points is null', 'points is blank',
        'Write a number such as 10; 0 if the rule is only to keep leads active',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'lower(' ~ clean_text('award_per') ~ ") not in ('event', 'day', 'item')",
        'award_per is "{award_per}"', 'Write event, day or item, or leave it blank for event',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'max_awards < 1',
        'max_awards is {max_awards:n}, so the rule never gives points',
        'Write a whole number from 1, or leave it blank for no limit; to retire a rule, delete its line',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'decay_percent is not null and decay_every_days is null',
        'points decay by {decay_percent:n} % but decay_every_days is blank',
        'Write the days between two steps, for example 30, or clear decay_percent',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'decay_percent is null and decay_every_days is not null',
        'points decay every {decay_every_days:n} days but decay_percent is blank',
        'Write the percent lost at each step, for example 50, or clear decay_every_days',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'decay_percent < 0.1 or decay_percent > 100',
        'decay_percent is {decay_percent:n}', 'Write a percentage from 0.1 to 100',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'decay_every_days < 1',
        'decay_every_days is {decay_every_days:n}', 'Write a whole number of days from 1',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules',
        'cast(' ~ decayed ~ ' as numeric(18, 6)) <> ' ~ decayed,
        '{decay_percent:n} % of {points:n} points needs more than six decimals', 'Use rounder figures',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', 'points = 0 and not coalesce(keeps_active, true)',
        'the rule gives 0 points and keeps nobody active, so it does nothing', 'Give it points or delete it',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', is_given('asset_pattern') ~ ' and asset_pattern <> ' ~ strip('asset_pattern'),
        'asset_pattern "{asset_pattern}" begins or ends with white space, and assets are compared exactly',
        'Delete the white space around the pattern',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', has_wide_sign('event_type'),
        'event_type "{event_type}" holds ｜, ％, 、 or *, which stand for themselves here',
        'Write | between event types',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', has_wide_sign('asset_pattern'),
        'asset_pattern "{asset_pattern}" holds ｜, ％, 、 or *, which stand for themselves here',
        'Write % for any text',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'ignored_rules', 'true',
        'event type {event_type} has a rule and is also listed in seeds/governance/ignored_event_types.csv',
        'Delete the line in one of the two files',
    ) }}

)

select * from rule_book_problems_behavior
