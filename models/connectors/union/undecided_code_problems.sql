{%- set undecided = [
    ["mapping = 'event_types'", '{kind} {word}', 'its event type is then the code', 'event_type'],
    ["mapping = 'sales_touches'", '{kind} {word}', 'until then it counts as a touch of sales', 'is_touch'],
    ["mapping = 'deal_stages'", 'stage {word} of {kind}', 'until then its deals are no opportunities', 'is_opportunity'],
    ["mapping = 'attribute_values' and kind = 'industry'", 'industry {word}', 'until then rules see it as it is', 'value'],
    ["mapping = 'attribute_values' and kind = 'segment'", 'segment {word}', 'until then it is no segment', 'value'],
    ["kind = 'disqualified'", 'status {word}', 'until then it disqualifies nobody', 'value (the reason, or blank)'],
] %}
with

undecided as (

    select
        *,
        coalesce(label, code) as word,
        'seeds/mapping/' || mapping || '.csv' as file,
        cast(null as {{ dbt.type_int() }}) as line,
        cast(null as {{ dbt.type_string() }}) as rule_id
    from {{ ref('undecided_codes') }}

),

undecided_code_problems as (

    {%- for condition, thing, consequence, column in undecided %}
        {{ rule_problem(
            'warn', 'undecided', condition, thing ~ ' has no decision ({row_count:n} rows); ' ~ consequence,
            'Add the line {connector},{kind},{code} with its ' ~ column,
        ) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from undecided_code_problems
