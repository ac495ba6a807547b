-- A rule_id that takes another meaning makes one rule of two in history and reports. What was
-- changed longer ago has been seen, so it is said for 90 days.
{%- set of_same_rule = "over (partition by rule_kind, rule_id order by change_number)" %}
with

rules as (

    {%- for seed in ['attribute_rules', 'behavior_rules', 'disqualification_rules'] %}
        select
            '{{ seed }}' as rule_kind,
            rule_id,
            file,
            line
        from ({{ rule_lines(seed) }}) as {{ seed }}_lines
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

meanings as (

    select
        *,
        case
            when rule_kind = 'behavior_rules'
                then lower({{ clean_text(nth_part(nth_part('content', ', event_type=', 2), ', ', 1)) }})
            else lower({{ clean_text(nth_part(nth_part('content', ', attribute=', 2), ', ', 1)) }})
        end as meaning
    from {{ ref('rule_book_history') }}
    where content is not null

),

changes as (

    select
        *,
        lag(meaning) {{ of_same_rule }} as former_meaning
    from meanings

),

changed_rules as (

    select
        rules.*,
        changes.former_meaning,
        changes.meaning
    from changes
    inner join rules on changes.rule_kind = rules.rule_kind and changes.rule_id = rules.rule_id
    where
        changes.former_meaning <> changes.meaning
        and changes.changed_at > {{ add_days(as_of(), -90) }}
        and changes.changed_at <= {{ as_of() }}

),

rule_meaning_problems as (

    {{ rule_problem(
        'warn', 'changed_rules', 'true',
        'the rule looked at {former_meaning} and now looks at {meaning}, under the same name',
        'Give the rule a new name, so that history and reports do not make one of the two',
    ) }}

)

select * from rule_meaning_problems
