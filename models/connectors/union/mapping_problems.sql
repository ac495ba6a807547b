{%- set undecided = [
    ["mapping = 'event_types'", '{kind} {word}', 'its event type is then the code', 'event_type'],
    ["mapping = 'sales_touches'", '{kind} {word}', 'until then it counts as a touch of sales', 'is_touch'],
    ["mapping = 'deal_stages'", 'stage {word} of {kind}', 'until then its deals are no opportunities', 'is_opportunity'],
    ["mapping = 'attribute_values' and kind = 'industry'", 'industry {word}', 'until then rules see it as it is', 'value'],
    ["mapping = 'attribute_values' and kind = 'segment'", 'segment {word}', 'until then it is no segment', 'value'],
    ["kind = 'disqualified'", 'status {word}', 'until then it disqualifies nobody', 'value (the reason, or blank)'],
] %}
with

mapping_rows as (

    select
        *,
        'seeds/mapping/' || mapping || '.csv' as file,
        cast(null as {{ dbt.type_string() }}) as rule_id
    from {{ ref('mapping_rows') }}

),

undecided as (

    select
        *,
        coalesce(label, code) as word,
        'seeds/mapping/' || mapping || '.csv' as file,
        cast(null as {{ dbt.type_int() }}) as line,
        cast(null as {{ dbt.type_string() }}) as rule_id
    from {{ ref('undecided_codes') }}

),

mapping_problems as (

    {{ rule_problem(
        'error', 'mapping_rows', 'connector is null or kind is null or code is null',
        'source, the column after it or the code is blank, so the row decides nothing', 'Fill them, or delete the row',
    ) }}
    union all
    {{ rule_problem(
        'error', 'mapping_rows',
        "mapping in ('sales_touches', 'deal_stages') and (decision is null or decision not in ('true', 'false'))",
        '{kind} {code} has neither true nor false', 'Write true or false',
    ) }}
    union all
    {{ rule_problem(
        'error', 'mapping_rows', "mapping = 'event_types' and decision is null",
        '{kind} {code} has no event type', 'Write the event type the rules are to know it by',
    ) }}
    {%- for condition, thing, consequence, column in undecided %}
    union all
    {{ rule_problem(
        'warn', 'undecided', condition, thing ~ ' has no decision ({row_count:n} rows); ' ~ consequence,
        'Add the line {connector},{kind},{code} with its ' ~ column,
    ) }}
    {%- endfor %}

)

select * from mapping_problems
