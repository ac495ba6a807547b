{{ config(enabled=connectors() != [], severity='warn') }}
-- A firm adds stages, forms and statuses without telling the people who keep the rules.
select * from {{ ref('undecided_code_problems') }}
