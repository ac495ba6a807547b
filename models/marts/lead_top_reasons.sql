with

reasons as (

    select * from {{ ref('lead_score_reasons') }}
    where points <> 0

),

ranked as (

    select
        lead_id,
        {{ reason_text('description', 'points') }} as reason,
        row_number() over (partition by lead_id order by points desc, rule_id asc) as reason_rank
    from reasons

),

lead_top_reasons as (

    select
        lead_id,
        {{ dbt.listagg('reason', "' / '", 'order by reason_rank') }} as top_reasons
    from ranked
    where reason_rank <= 3
    group by lead_id

)

select * from lead_top_reasons
