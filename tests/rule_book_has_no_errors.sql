select * from {{ ref('rule_book_problems') }}
where severity = 'error'
