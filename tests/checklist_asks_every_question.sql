-- 18 questions, each answered once.
select count(*) as questions
from {{ ref('scoring_checklist') }}
where item between 1 and 18
having count(*) <> 18 or count(distinct item) <> 18
