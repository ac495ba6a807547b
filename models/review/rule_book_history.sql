-- An empty rule book is an accident or a run with `--empty`; nobody means to remove every rule.
with

rule_book as (

    select * from {{ ref('rule_book') }}

),

recorded as (

    {%- if is_incremental() %}
        select
            *,
            row_number() over (partition by rule_kind, rule_id order by change_number desc) as recency
        from {{ this }}
    {%- else %}
        select
            *,
            0 as change_number,
            1 as recency
        from rule_book
        where 1 = 0
    {%- endif %}

),

latest as (

    select * from recorded
    where recency = 1

),

last_change as (

    select coalesce(max(change_number), 0) as change_number from recorded

),

compared as (

    select
        coalesce(rule_book.rule_kind, latest.rule_kind) as rule_kind,
        coalesce(rule_book.rule_id, latest.rule_id) as rule_id,
        rule_book.points,
        coalesce(rule_book.description, latest.description) as description,
        rule_book.content,
        rule_book.content_hash,
        -- null also for a rule that was removed before
        latest.content_hash as recorded_hash
    from rule_book
    full outer join latest on rule_book.rule_kind = latest.rule_kind and rule_book.rule_id = latest.rule_id

),

rule_book_history as (

    select
        cast(last_change.change_number + 1 as {{ dbt.type_int() }}) as change_number,
        {{ as_of() }} as changed_at,
        compared.rule_kind,
        compared.rule_id,
        cast(
            case
                when compared.content_hash is null then 'removed'
                when compared.recorded_hash is null then 'added'
                else 'changed'
            end as {{ dbt.type_string() }}
        ) as change_type,
        compared.points,
        compared.description,
        compared.content,
        compared.content_hash
    from compared
    cross join last_change
    where
        {{ differs('compared.content_hash', 'compared.recorded_hash') }}
        and exists (select 1 from rule_book)

)

select * from rule_book_history
