-- A target of a KPI by another name would be met or missed by nobody. Before the first month is over there is no
-- KPI to compare with.
with

kpis as (

    select kpi from {{ ref('kpi_monthly') }}
    union
    -- also of a tier that no lead is in
    select 'share_of_leads_' || tier as kpi from {{ ref('tiers') }}

)

select targets.kpi
from {{ ref('kpi_targets') }} as targets
left join kpis on targets.kpi = kpis.kpi
where kpis.kpi is null and exists (select 1 from {{ ref('kpi_monthly') }})
