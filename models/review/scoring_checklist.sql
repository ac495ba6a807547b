with

answers as (

    select
        *,
        sum(case when is_found then 1 else 0 end) over () as true_count
    from {{ ref('checklist_answers') }}

),

scoring_checklist as (

    select
        items.item,
        items.question,
        items.question_ja,
        cast(
            case when answers.is_found then 'true' when not answers.is_found then 'false' else 'unknown' end
            as {{ dbt.type_string() }}
        ) as answer,
        answers.evidence,
        cast(answers.true_count as {{ dbt.type_int() }}) as true_count,
        answers.true_count >= 5 as is_malfunction_suspected
    from {{ ref('checklist_items') }} as items
    inner join answers on items.item = answers.item

)

select * from scoring_checklist
