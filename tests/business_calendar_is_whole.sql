-- A day that is missing is a day on which nobody works, and a deadline beyond the last is never due.
select
    min(local_date) as first_date,
    max(local_date) as last_date,
    count(distinct local_date) as day_count
from {{ ref('business_periods') }}
having
    not (
        min(local_date) = cast('1990-01-01' as date)
        and max(local_date) = cast('2100-12-31' as date)
        and count(distinct local_date) = 40542
    )
