with

source as (

    {{ raw_rows('lead_aliases') }}

),

parsed as (

    select
        {{ verbatim_text('alias_id') }} as alias_id,
        {{ verbatim_text('lead_id') }} as lead_id,
        '' as field_problems,
        {{ raw_columns('lead_aliases') }}
    from source

),

base_lead_aliases as (

    select
        *,
        case
            when alias_id is null then 'missing_alias_id'
            when lead_id is null then 'missing_lead_id'
        end as rejection_reason
    from parsed

)

select * from base_lead_aliases
