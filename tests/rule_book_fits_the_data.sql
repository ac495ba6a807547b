{{ config(severity='warn') }}
select * from {{ ref('rule_use_problems') }}
