{{ config(severity='warn') }}
-- Where the clock is the start of the run, nothing can have happened after it: a local time taken for UTC did.
with

dated as (

    select
        'leads' as source_table,
        created_at as happened_at
    from {{ ref('stg_leads') }}
    union all
    select
        'events' as source_table,
        occurred_at as happened_at
    from {{ ref('stg_events') }}
    union all
    select
        'sales_activities' as source_table,
        occurred_at as happened_at
    from {{ ref('stg_sales_activities') }}
    union all
    select
        'opportunities' as source_table,
        created_at as happened_at
    from {{ ref('stg_opportunities') }}

)

select
    'raw.' || dated.source_table as file,
    cast(null as {{ dbt.type_int() }}) as line,
    cast(null as {{ dbt.type_string() }}) as rule_id,
    cast(count(*) as {{ dbt.type_string() }}) || ' rows lie after the clock, the furthest at '
    || cast(max(dated.happened_at) as {{ dbt.type_string() }}) || ', and are in no score' as problem,
    'If these are local times, name their zone in the variable raw_timezone; if plans, leave them out' as remedy
from dated
cross join {{ ref('scoring_clock') }} as clock
where clock.is_run_start and dated.happened_at > clock.as_of
group by dated.source_table
