with

facts as (

    select * from {{ ref('salesforce_facts') }}

),

objects as (

    select distinct crm_object from facts

),

-- a contact that is not there was deleted, unless no contact is
targets as (

    select distinct
        facts.moved_to_id as record_id,
        case when facts.is_deleted then facts.crm_object else 'contact' end as crm_object
    from facts
    left join facts as there on facts.moved_to_id = there.record_id
    where facts.moved_to_id is not null and there.record_id is null

),

salesforce_records as (

    select
        crm_object,
        record_id,
        moved_to_id,
        created_at,
        is_deleted
    from facts
    union all
    select
        targets.crm_object,
        targets.record_id,
        cast(null as {{ dbt.type_string() }}) as moved_to_id,
        cast(null as {{ dbt.type_timestamp() }}) as created_at,
        objects.crm_object is not null as is_deleted
    from targets
    left join objects on targets.crm_object = objects.crm_object

)

select * from salesforce_records
