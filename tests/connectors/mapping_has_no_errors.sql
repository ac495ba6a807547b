{{ config(enabled=connectors() != []) }}
select * from {{ ref('mapping_problems') }}
