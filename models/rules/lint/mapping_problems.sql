with

mapping_rows as (

    select
        *,
        'seeds/mapping/' || mapping || '.csv' as file,
        cast(null as {{ dbt.type_string() }}) as rule_id
    from {{ ref('mapping_rows') }}

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

)

select * from mapping_problems
