{{ config(enabled=connectors() != []) }}
select
    connector,
    survivor_id
from {{ ref('connected_people') }}
group by connector, survivor_id
having count(distinct lead_id) <> 1
