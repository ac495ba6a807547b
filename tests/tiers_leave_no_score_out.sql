select lead_id
from {{ ref('score_history') }}
where tier is null
