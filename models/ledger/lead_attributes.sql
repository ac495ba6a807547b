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
            cast({{ attribute }} as {{ dbt.type_string() }}) as attribute_value
        from leads
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

lead_attributes as (

    select
        lead_id,
        created_at,
        attribute,
        {{ folded_text('attribute_value') }} as attribute_text,
        {{ parse_decimal('attribute_value') }} as attribute_number
    from attribute_values

)

select * from lead_attributes
