with

acts as (

    select * from {{ ref('account_engagement_acts') }}

),

account_engagement_codes as (

    select
        'event_types' as mapping,
        kind,
        code,
        cast(null as {{ dbt.type_string() }}) as label,
        count(*) as row_count
    from acts
    where code is not null
    group by kind, code

)

select * from account_engagement_codes
