{# A record that is never rewritten still forgets who was erased, but not whose row is there and cannot be
   read. No lead at all means that the load failed or the run was with `--empty`, not that everybody was erased. #}
{% macro forget_erased_leads() -%}
    {%- set base_leads = ref('base_leads').render() -%}
    delete from {{ this }}
    where
        exists (select 1 from {{ base_leads }})
        and not exists (
            select 1 from {{ base_leads }} as base_leads where base_leads.lead_id = {{ this.identifier }}.lead_id
        )
{%- endmacro %}
