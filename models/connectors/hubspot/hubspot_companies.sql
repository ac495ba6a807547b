with

company as (

    {{ source_table('hubspot', 'company') }}

),

hubspot_companies as (

    select
        id as company_id,
        property_name as company_name,
        property_industry as industry,
        property_numberofemployees as employee_count,
        coalesce(property_state, property_country) as region
    from company
    where not coalesce(is_deleted, false) and not coalesce(_fivetran_deleted, false) and not coalesce(archived, false)

)

select * from hubspot_companies
