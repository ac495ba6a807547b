-- A lead's last published row is what the mart shows.
with

published as (

    select
        *,
        row_number() over (partition by lead_id order by publication_number desc) as recency
    from {{ ref('published_scores') }}

)

select
    mart.lead_id,
    mart.total_score,
    published.total_score as published_score
from {{ ref('lead_mart') }} as mart
left join published on mart.lead_id = published.lead_id and published.recency = 1
where
    mart.tier is distinct from published.tier
    or mart.total_score is distinct from published.total_score
