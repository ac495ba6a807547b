{%- set is_latest = either_way('review_facts.log_entries', 'stale_months.recency') ~ 'stale_months.recency = 1' -%}
with

review_log as (

    select * from {{ ref('review_log') }}
    where reviewed_on <= {{ local_date(as_of()) }}

),

review_facts as (

    select
        count(*) as log_entries,
        max(case when kind <> 'complaint' then reviewed_on end) as rules_reviewed_on,
        max(case when kind in ('monthly', 'quarterly') then reviewed_on end) as periodic_review_on,
        max(case when kind in ('monthly', 'quarterly') and is_with_sales then reviewed_on end) as review_with_sales_on,
        max(case when kind = 'wins' then reviewed_on end) as wins_reviewed_on,
        max(case when kind = 'complaint' then reviewed_on end) as complained_on
    from review_log

),

target_facts as (

    select count(distinct kpi) as kpi_targets
    from {{ ref('kpi_targets') }}
    where valid_from_date <= {{ local_date(as_of()) }}

),

validation_facts as (

    select
        sum(case when is_mature then 1 else 0 end) as mature_months,
        sum(case when is_mature and auc is not null then 1 else 0 end) as measured_months
    from {{ ref('score_validation_monthly') }}

),

stale_months as (

    select
        month,
        value as stale_leads,
        lag(value, 3) over (order by month) as stale_leads_before,
        row_number() over (order by month desc) as recency
    from {{ ref('kpi_monthly') }}
    where kpi = 'stale_leads'

),

checklist_review_facts as (

    select
        cast(review_facts.log_entries as {{ dbt.type_int() }}) as log_entries,
        review_facts.rules_reviewed_on,
        review_facts.periodic_review_on,
        review_facts.review_with_sales_on,
        review_facts.wins_reviewed_on,
        review_facts.complained_on,
        cast(target_facts.kpi_targets as {{ dbt.type_int() }}) as kpi_targets,
        cast(coalesce(validation_facts.mature_months, 0) as {{ dbt.type_int() }}) as mature_months,
        cast(coalesce(validation_facts.measured_months, 0) as {{ dbt.type_int() }}) as measured_months,
        stale_months.month as stale_month,
        cast(stale_months.stale_leads as {{ dbt.type_int() }}) as stale_leads,
        cast(stale_months.stale_leads_before as {{ dbt.type_int() }}) as stale_leads_before
    from review_facts
    cross join target_facts
    cross join validation_facts
    left join stale_months on {{ is_latest }}

)

select * from checklist_review_facts
