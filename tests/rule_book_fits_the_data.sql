{{ config(severity='warn') }}
select * from {{ ref('rule_use_problems') }}
union all
select * from {{ ref('rule_meaning_problems') }}
