with

agreements as (

    select
        *,
        row_number() over (partition by topic order by agreed_on desc) as recency
    from {{ ref('scoring_agreements') }}
    where agreed_on <= {{ local_date(as_of()) }}

),

latest_agreements as (

    select
        topic,
        is_agreed,
        cast(agreed_on as {{ dbt.type_string() }}) || coalesce(' by ' || decided_by, '') || coalesce(': ' || note, '')
            as agreement
    from agreements
    where recency = 1

)

select * from latest_agreements
