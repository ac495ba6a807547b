{{ config(severity='warn') }}
-- Not recorded is not "not done": without any sales activity nobody knows how hand-offs were answered.
select
    'raw.sales_activities' as file,
    cast(null as {{ dbt.type_int() }}) as line,
    cast(null as {{ dbt.type_string() }}) as rule_id,
    'no sales activity is recorded, so nobody knows whether ' || cast(count(*) as {{ dbt.type_string() }})
    || ' hand-offs were answered, and their sla_status is unknown' as problem,
    'Load what sales does, also calls that nobody answered' as remedy
from {{ ref('sales_handoffs') }}
where sla_status = 'unknown'
having count(*) > 0
