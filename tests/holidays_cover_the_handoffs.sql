{{ config(severity='warn') }}
-- Before the first and after the last year of the list every holiday counts as a day of work. A list without
-- any entry is a choice.
with

covered as (

    select
        min(extract(year from holiday_date)) as first_year,
        max(extract(year from holiday_date)) as last_year
    from {{ ref('holidays') }}

),

handoffs as (

    select
        handoff_id,
        extract(year from {{ local_date('handed_off_at') }}) as handoff_year,
        extract(year from {{ local_date('sla_due_at') }}) as due_year
    from {{ ref('sales_handoffs') }}
    where sla_clock = 'business'

)

select
    handoffs.handoff_id,
    handoffs.handoff_year,
    handoffs.due_year,
    covered.first_year,
    covered.last_year
from handoffs
inner join covered on handoffs.handoff_year < covered.first_year or handoffs.due_year > covered.last_year
