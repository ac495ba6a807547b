with

rule_book as (

    select * from {{ ref('rule_book') }}

),

rules_version as (

    select
        {{ dbt.hash(
            dbt.listagg('content_hash', "'|'", 'order by rule_kind, rule_id, content_hash')
        ) }} as rules_version,
        count(*) as rule_count
    from rule_book

)

select * from rules_version
