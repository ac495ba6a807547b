{{ config(severity='warn') }}
select * from {{ ref('rule_book_problems') }}
where severity = 'warn'
