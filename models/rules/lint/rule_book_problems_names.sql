{%- set of_same_name = "partition by rule_kind = 'tiers', rule_id order by file, line" -%}
with

rules as (

    {%- for seed in [
        'attribute_rules', 'behavior_rules', 'disqualification_rules', 'recency_rules', 'reset_rules', 'tiers',
    ] %}
        select
            '{{ seed }}' as rule_kind,
            rule_id,
            description,
            file,
            line
        from ({{ rule_lines(seed) }}) as {{ seed }}_lines
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

numbered as (

    select
        *,
        row_number() over ({{ of_same_name }}) as occurrence,
        first_value(file) over ({{ of_same_name ~ up_to_here() }}) as other_file,
        first_value(line) over ({{ of_same_name ~ up_to_here() }}) as other_line
    from rules
    where {{ is_given('rule_id') }}

),

axes as (

    select
        rule_kind,
        file,
        cast(null as {{ dbt.type_int() }}) as line,
        cast(null as {{ dbt.type_string() }}) as rule_id,
        count(*) as rule_count
    from rules
    where rule_kind in ('attribute_rules', 'behavior_rules', 'recency_rules')
    group by rule_kind, file

),

rule_book_problems_names as (

    {{ rule_problem(
        'error', 'rules', 'not ' ~ is_given('rule_id'),
        'the first cell, the name of the rule, is empty',
        'Give the rule a name of letters, digits and underscores, or delete the line',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'rule_id <> ' ~ strip('rule_id'),
        'the name "{rule_id}" begins or ends with white space',
        'Delete the white space around the name',
    ) }}
    union all
    {{ rule_problem(
        'error', 'numbered', 'occurrence > 1',
        'the name is used already in {other_file} line {other_line:n}',
        'Give one of the two rules another name; history and reports tell rules apart by it',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', 'not ' ~ is_given('description'),
        'the description is blank',
        'Write in a sentence what the rule means; it is what BI shows as reason',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'axes', 'rule_count > 10',
        '{rule_count:n} rules on one axis are more than anybody reviews',
        'Start with 5 to 10; merge or drop rules that move nobody',
    ) }}

)

select * from rule_book_problems_names
