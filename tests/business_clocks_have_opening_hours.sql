-- Each row is one sentence for the person who keeps tiers.csv and business_hours.csv.
with

business_hours as (

    select
        weekday,
        coalesce({{ has_form('opens_at', '([01]?[0-9]|2[0-3]):[0-5][0-9]') }}, false) as opens_well,
        coalesce({{ has_form('closes_at', '([01]?[0-9]|2[0-3]):[0-5][0-9]|24:00') }}, false) as closes_well,
        {{ dbt.right("'0' || opens_at", 5) }} < {{ dbt.right("'0' || closes_at", 5) }} as closes_after_opening
    from {{ ref('business_hours') }}

)

select
    'weekday ' || cast(weekday as {{ dbt.type_string() }}) as place,
    'write opens_at and closes_at as 09:00, opens_at first' as problem
from business_hours
where not (opens_well and closes_well) or closes_after_opening is not true
union all
select
    'weekday ' || cast(weekday as {{ dbt.type_string() }}) as place,
    'weekdays are numbered from 1 Monday to 7 Sunday' as problem
from business_hours
where weekday not between 1 and 7
union all
select
    tier as place,
    'sla_clock is business, but business_hours has no row' as problem
from {{ ref('tiers') }}
where sla_clock = 'business' and not exists (select 1 from business_hours)
