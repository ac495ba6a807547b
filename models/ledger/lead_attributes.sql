with

leads as (

    select * from {{ ref('stg_leads') }}

),

attribute_values as (

    {%- for attribute in rule_attributes() %}
        select
            lead_id,
            created_at,
            '{{ attribute }}' as attribute,
            lower(cast({{ attribute }} as {{ dbt.type_string() }})) as attribute_text
        from leads
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

lead_attributes as (

    select
        lead_id,
        created_at,
        attribute,
        attribute_text,
        {{ parse_decimal('attribute_text') }} as attribute_number
    from attribute_values

)

select * from lead_attributes
