with

lead_mart as (

    select * from {{ ref('lead_mart') }}

),

recorded as (

    {%- if is_incremental() %}
        select
            lead_id,
            tier,
            total_score,
            publication_number,
            row_number() over (partition by lead_id order by publication_number desc) as recency
        from {{ this }}
    {%- else %}
        select
            lead_id,
            tier,
            total_score,
            0 as publication_number,
            1 as recency
        from lead_mart
        where 1 = 0
    {%- endif %}

),

last_publication as (

    select coalesce(max(publication_number), 0) as publication_number from recorded

),

published_scores as (

    select
        cast(last_publication.publication_number + 1 as {{ dbt.type_int() }}) as publication_number,
        lead_mart.as_of as published_at,
        lead_mart.lead_id,
        lead_mart.tier,
        lead_mart.total_score,
        lead_mart.attribute_score,
        lead_mart.behavior_score,
        lead_mart.recency_score,
        lead_mart.rules_version,
        clock.is_bundled_sample
    from lead_mart
    cross join last_publication
    cross join {{ ref('scoring_clock') }} as clock
    left join recorded on lead_mart.lead_id = recorded.lead_id and recorded.recency = 1
    where
        {{ differs('lead_mart.tier', 'recorded.tier') }}
        or {{ differs('lead_mart.total_score', 'recorded.total_score') }}

)

select * from published_scores
