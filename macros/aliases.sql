{# Steps that follow chains of ids: after the n-th step an alias leads 2 ** n links on, or to the end of its chain,
   so six steps follow 64 links. The last is `chain_6`. #}
{% macro chain_steps(links) -%}
    {%- for number in range(6) -%}
        {%- set before = 'chain_' ~ number if number else links -%}
        chain_{{ number + 1 }} as (

            select
                near.alias_id,
                coalesce(far.lead_id, near.lead_id) as lead_id
            from {{ before }} as near
            left join {{ before }} as far on near.lead_id = far.alias_id

        ),
    {% endfor %}
{%- endmacro %}
