{# Attributes that rules may name: those every lead has, and the firm's own. #}
{% macro rule_attributes() %}
    {{- return([
        'email', 'email_domain', 'company_name', 'employee_count', 'industry', 'job_title',
        'region', 'segment',
    ] + scored_attributes()) -}}
{% endmacro %}


{# A rule's LIKE pattern as text to compare with lower-case text under `escape '!'`: `%` and `_`
   are wild, every other character (also `!` and the backslash) stands for itself on all engines. #}
{% macro like_pattern(text) -%}
    replace(lower({{ text }}), '!', '!!')
{%- endmacro %}


{# The columns of a rule that are set, as one text: `rule_id=seminar, points=40`. They come from the
   seed's yml, so a column added there is part of it at once; left blank it changes no rule. #}
{% macro rule_content(seed, separator='\x1f') -%}
    {%- set node = seed_node(seed) -%}
    {%- for column in node.get('columns', {}) -%}
        {%- set type = node.config.column_types[column] -%}
        {%- set value = truth_value(column) if type == 'boolean' else column -%}
        {%- set text = plain_number(column) if type.startswith('numeric')
            else 'cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ')' -%}
        coalesce('{{ separator if not loop.first }}{{ column }}=' || {{ text }}, '') {{ '|| ' if not loop.last }}
    {%- else -%}
        ''
    {%- endfor -%}
{%- endmacro %}


{# A seed as dbt knows it: that of the project that uses this one, if it has one of the name. #}
{% macro seed_node(name) %}
    {%- set found = graph.get('nodes', {}).values() | selectattr('resource_type', 'equalto', 'seed')
        | selectattr('name', 'equalto', name) | list -%}
    {%- set own = found | selectattr('package_name', 'equalto', 'lead_scoring') | list -%}
    {%- set node = (found | rejectattr('package_name', 'equalto', 'lead_scoring') | list + own + [{}]) | first -%}
    {%- if node and not node.columns -%}
        {{ exceptions.raise_compiler_error(
            "The seed " ~ node.original_file_path ~ " has no description of its columns. Copy "
            ~ name ~ ".yml of the package lead_scoring beside it.") }}
    {%- endif -%}
    {{- return(node) -}}
{% endmacro %}


{# The short name of a rule: its description up to the first （, if anything stands before it. #}
{% macro short_name(description) -%}
    coalesce(nullif({{ strip(nth_part(description, '（', 1)) }}, ''), {{ description }})
{%- endmacro %}


{# A rule and its points as a person reads them: `資料ダウンロード +30`. #}
{% macro reason_text(description, points) -%}
    {{ short_name(description) }} || case when {{ points }} > 0 then ' +' else ' ' end || {{ plain_number(points) }}
{%- endmacro %}


{# The event columns of a ledger entry that no event caused. #}
{% macro no_event() -%}
    cast(null as {{ dbt.type_string() }}) as event_id,
    cast(null as {{ dbt.type_string() }}) as asset
{%- endmacro %}
