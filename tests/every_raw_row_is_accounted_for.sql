select *
from {{ ref('row_accounting') }}
where rows_in is distinct from rows_staged + rows_rejected + rows_duplicate
