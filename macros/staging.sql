{# The key of each raw table, and the order in which versions of one row win: the first column
   decides, the others only make the choice the same on every run. #}
{% macro raw_keys() %}
    {{- return({
        'leads': 'lead_id',
        'events': 'event_id',
        'sales_activities': 'activity_id',
        'opportunities': 'opportunity_id',
        'lead_aliases': 'alias_id',
    }) -}}
{% endmacro %}


{% macro version_number(table) -%}
    {%- set order = {
        'leads': [
            'updated_at', 'created_at', 'email', 'company_name', 'employee_count', 'industry',
            'job_title', 'region', 'segment', 'disqualified_at', 'disqualified_reason',
        ] + scored_attributes(),
        'events': ['loaded_at', 'lead_id', 'event_type', 'occurred_at', 'recorded_at', 'asset', 'is_bot'],
        'sales_activities': ['updated_at', 'lead_id', 'activity_type', 'occurred_at', 'owner', 'is_date_only'],
        'opportunities': [
            'updated_at', 'lead_id', 'created_at', 'closed_at', 'is_won', 'amount', 'deal_id', 'is_created_date_only',
        ],
        'lead_aliases': ['lead_id'],
    }[table] -%}
    {%- for column in contract_columns(table) -%}{%- do order.append('raw_' ~ column) -%}{%- endfor -%}
    row_number() over (
        partition by {{ raw_keys()[table] }}
        order by {{ order | join(' desc nulls last, ') }} desc nulls last
    )
{%- endmacro %}


{# The columns of the contract, in its order, and the further columns of leads that the rules look at. #}
{% macro contract_columns(table) %}
    {{- return({
        'leads': [
            'lead_id', 'created_at', 'updated_at', 'email', 'company_name', 'employee_count',
            'industry', 'job_title', 'region', 'segment', 'disqualified_at', 'disqualified_reason',
        ] + scored_attributes(),
        'events': ['event_id', 'lead_id', 'event_type', 'occurred_at', 'recorded_at', 'loaded_at', 'asset', 'is_bot'],
        'sales_activities': ['activity_id', 'lead_id', 'activity_type', 'occurred_at', 'owner', 'updated_at'],
        'opportunities': [
            'opportunity_id', 'lead_id', 'created_at', 'closed_at', 'is_won', 'amount', 'deal_id', 'updated_at',
        ],
        'lead_aliases': ['alias_id', 'lead_id'],
    }[table]) -}}
{% endmacro %}


{# The raw values beside the parsed ones, under their own names. What the contract calls text is text
   here, also where the file has numbers: a unit test gives it words. #}
{% macro raw_columns(table) -%}
    {%- set declared = graph.sources.values() | selectattr('package_name', 'equalto', 'lead_scoring')
        | selectattr('source_name', 'equalto', 'raw') | selectattr('name', 'equalto', table) | list if graph.sources else [] -%}
    {%- set contract = (declared + [{'columns': {}}] | list)[0].columns -%}
    {%- for column in contract_columns(table) -%}
        {%- if contract.get(column, {}).data_type == 'text' -%}
            cast({{ column }} as {{ dbt.type_string() }})
        {%- else -%}
            {{ column }}
        {%- endif %} as raw_{{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{# The raw row as one readable text, for `rejected_records`. Made where few rows are left: over
   50 M events it costs more than all other parsing. #}
{% macro raw_values(table) -%}
    {%- for column in contract_columns(table) -%}
        '{{ "" if loop.first else ", " }}{{ column }}=' || coalesce(cast(raw_{{ column }} as {{ dbt.type_string() }}), '')
        {%- if not loop.last %} || {% endif -%}
    {%- endfor -%}
{%- endmacro %}


{# What stands after the last @, without the bracket, the dots and the blanks at its end. #}
{% macro email_domain(column) -%}
    {%- set email = folded_text(column) -%}
    case
        when {{ email }} like '%@%' then nullif({{ trim_end(strip(nth_part(email, '@', -1)), '> .') }}, '')
    end
{%- endmacro %}


{# An id without what a spreadsheet or a data frame adds or takes: blanks, leading zeros, a `.0` at the end. #}
{% macro bare_id(column) -%}
    {%- set text = folded_text(column) -%}
    {%- set whole = "case when " ~ text ~ " like '%.0' then substring(" ~ text ~ ", 1, length(" ~ text ~ ") - 2) else "
        ~ text ~ " end" -%}
    {{ trim_start(whole, '0') }}
{%- endmacro %}
