{# every alternative of the list holds a character that such a value never has #}
{%- set no_count = '[^|]*[^0-9%_ |][^|]*([|][^|]*[^0-9%_ |][^|]*)*' -%}
{%- set no_domain = '[^|]*@[^|]*([|][^|]*@[^|]*)*' -%}
with

rules as (

    {%- for seed in ['attribute_rules', 'disqualification_rules'] %}
        select
            '{{ seed }}' as rule_kind,
            rule_id,
            attribute as attribute_cell,
            lower({{ clean_text('attribute') }}) as attribute,
            {{ clean_text('value') }} as value_list,
            min_value,
            max_value,
            {{ 'points' if seed == 'attribute_rules' else 'cast(null as numeric(18, 6))' }} as points,
            {{ 'reason' if seed == 'disqualification_rules' else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as reason,
            file,
            line
        from ({{ rule_lines(seed) }}) as {{ seed }}_lines
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

rule_book_problems_matching as (

    {{ rule_problem(
        'error', 'rules', 'attribute is null', 'attribute is blank', 'Name the column of leads to look at',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', "attribute not in ('" ~ rule_attributes() | join("', '") ~ "')",
        'leads have no attribute "{attribute_cell}"',
        'Write one of ' ~ rule_attributes() | join(', ') ~ ', or add the column to the variable scored_attributes',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'value_list is null and min_value is null and max_value is null',
        'value, min_value and max_value are all blank, so the rule matches nobody',
        'Fill value for a text, or min_value and max_value for a number band',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'value_list is not null and (min_value is not null or max_value is not null)',
        'value is filled and so is min_value or max_value',
        'Keep value for a text, or the bounds for a number band; make two rules for both',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', 'min_value >= max_value',
        'the band from {min_value:n} up to, not including, {max_value:n} holds no number',
        'Write min_value lower than max_value',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', "length(value_list) - length(replace(value_list, '|', '')) >= 1000",
        'value lists more than 1000 alternatives', 'Split the rule into several',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', "rule_kind = 'attribute_rules' and points is null",
        'points is blank', 'Write a number such as 10 or -10',
    ) }}
    union all
    {{ rule_problem(
        'error', 'rules', "rule_kind = 'disqualification_rules' and not " ~ is_given('reason'),
        'reason is blank', 'Write the reason BI is to show for such leads',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', has_wide_sign('value_list'),
        'value "{value_list}" holds ｜, ％, 、 or *, which stand for themselves here',
        'Write | between alternatives and % for any text',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', has_form('value_list', '[| ]*'),
        'value "{value_list}" lists no text, so the rule matches nobody', 'Write a text between the bars',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', "rule_kind = 'disqualification_rules' and lower(value_list) = '(missing)'",
        'an empty value never disqualifies, so the rule matches nobody',
        'Delete the rule, or take points for (missing) in seeds/rules/attribute_rules.csv',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules',
        "attribute = 'employee_count' and (max_value <= 0 or " ~ has_form('value_list', no_count)
        ~ " and lower(value_list) not like '%(missing)%')",
        'employee_count is a whole number from 0, so the rule matches nobody',
        'Use a band: min_value 100 and max_value 300 are 100 to 299 employees',
    ) }}
    union all
    {{ rule_problem(
        'warn', 'rules', "attribute = 'email_domain' and " ~ has_form('value_list', no_domain),
        'email_domain is what stands after the @, so "{value_list}" matches nobody', 'Write the domain without @',
    ) }}

)

select * from rule_book_problems_matching
