with

engagements as (

    select * from {{ ref('connected_engagements') }}

),

owners as (

    select * from {{ ref('connected_owners') }}

),

renamed_owners as (

    select * from {{ ref('mapping_rows') }}
    where mapping = 'owners'

),

decisions as (

    select * from {{ ref('mapping_decisions') }}
    where mapping = 'sales_touches'

),

-- one word against it is enough; a word without a decision is none
connected_touches as (

    select
        engagements.connector,
        engagements.engagement_id,
        engagements.activity_type,
        engagements.occurred_at,
        coalesce(renamed_owners.decision, owners.owner, engagements.owner_id) as owner,
        engagements.updated_at
    from engagements
    left join decisions as directions
        on
            engagements.connector = directions.connector
            and engagements.direction_kind = directions.kind
            and engagements.direction = directions.code
    left join decisions as outcomes
        on
            engagements.connector = outcomes.connector
            and engagements.outcome_kind = outcomes.kind
            and engagements.outcome = outcomes.code
    left join owners on engagements.connector = owners.connector and engagements.owner_id = owners.owner_id
    left join renamed_owners
        on engagements.connector = renamed_owners.connector and engagements.owner_id = renamed_owners.code
    where coalesce(directions.decision, 'true') = 'true' and coalesce(outcomes.decision, 'true') = 'true'

)

select * from connected_touches
