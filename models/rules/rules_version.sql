with

rule_book as (

    select * from {{ ref('rule_book') }}

),

-- read here, before anything is scored, so that an error of the rule book stops the build
problems as (

    select count(*) as problem_count from {{ ref('rule_book_problems') }}

),

rules_version as (

    select
        {{ dbt.hash(
            joined_text('content_hash', '|', ['rule_kind', 'rule_id', 'content_hash'])
        ) }} as rules_version,
        count(*) as rule_count,
        max(problems.problem_count) as problem_count
    from rule_book
    cross join problems

)

select * from rules_version
