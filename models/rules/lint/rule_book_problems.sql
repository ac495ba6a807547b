with

rule_book_problems as (

    {%- for kind in ['names', 'matching', 'bands', 'behavior', 'recency', 'reset', 'tiers', 'reach'] %}
        select
            severity,
            file,
            line,
            rule_id,
            problem,
            remedy
        from {{ ref('rule_book_problems_' ~ kind) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select * from rule_book_problems
