{{ config(severity='warn') }}
-- Bad rows never stop a build, so a whole export in another form would pass in silence. A few bad rows are
-- everyday: of the tables of the sample 0.2 to 3 % are left out.
with

rejected as (

    select
        source_table,
        reason,
        min(remedy) as remedy,
        row_number() over (partition by source_table order by count(*) desc, reason) as commonest_first
    from {{ ref('rejected_records') }}
    where not is_row_kept
    group by source_table, reason

)

select
    'raw.' || accounting.source_table as file,
    cast(null as {{ dbt.type_int() }}) as line,
    cast(null as {{ dbt.type_string() }}) as rule_id,
    cast(accounting.rows_rejected as {{ dbt.type_string() }}) || ' of '
    || cast(accounting.rows_in as {{ dbt.type_string() }}) || ' rows are left out, most for '
    || rejected.reason as problem,
    rejected.remedy
from {{ ref('row_accounting') }} as accounting
inner join rejected on accounting.source_table = rejected.source_table and rejected.commonest_first = 1
where accounting.rows_rejected * 10 >= accounting.rows_in
