with

survivors as (

    select * from {{ ref('connected_survivors') }}

),

scoring_clock as (

    select * from {{ ref('scoring_clock') }}

),

given as (

    {%- if is_incremental() %}
        select
            connector,
            record_id,
            lead_id
        from {{ this }}
    {%- else %}
        select
            connector,
            record_id,
            record_id as lead_id
        from survivors
        where 1 = 0
    {%- endif %}

),

named as (

    select
        survivors.connector,
        survivors.record_id,
        given.lead_id as own_lead_id,
        {{ known_name('survivors', 'given.lead_id') }} as known_lead_id,
        first_value(survivors.record_id) over (
            partition by survivors.connector, survivors.survivor_id
            order by survivors.name_rank, survivors.created_at, survivors.record_id{{ up_to_here() }}
        ) as first_record_id
    from survivors
    left join given on survivors.connector = given.connector and survivors.record_id = given.record_id

),

person_ids as (

    select
        connector,
        record_id,
        coalesce(known_lead_id, first_record_id) as lead_id,
        scoring_clock.as_of as given_at
    from named
    cross join scoring_clock
    where own_lead_id is null

)

select * from person_ids
