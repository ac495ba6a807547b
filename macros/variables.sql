{# Before anything runs: a mistyped variable is one sentence, not a failed model half-way, and what is put into
   SQL is nothing else than it should be. `as_of` and `scored_attributes` are checked where they are read. #}
{% macro check_variables() %}
    {%- if execute -%}
        {%- for name in [
            'abandoned_after_days', 'queue_late_days', 'outcome_horizon_days', 'review_min_leads', 'review_min_opportunities'
        ] -%}
            {%- do check_variable(name, '[0-9]{1,6}', "a whole number, such as --vars '{" ~ name ~ ": 30}'") -%}
        {%- endfor -%}
        {%- do check_variable('max_vanished_share', '0|1|0?[.][0-9]+|1[.]0*|0[.][0-9]*', 'a share from 0 to 1, such as 0.05') -%}
        {%- do check_variable('raw_schema', identifier_pattern(), 'the name of a schema, such as raw') -%}
        {%- do check_variable(
            'raw_data', '(?s)[^\\x00-\\x1f]*', 'the path of a directory, such as --vars \'{raw_data: exports}\'') -%}
        {%- do scored_attributes() -%}
        {%- do check_zone('timezone') -%}
        {%- do check_zone('raw_timezone') -%}
    {%- endif -%}
{% endmacro %}


{% macro check_variable(name, pattern, form) %}
    {%- set value = var(name) -%}
    {%- if value is mapping or value is sequence and value is not string
        or not modules.re.fullmatch(pattern, (value if value is not none else '') | string) -%}
        {{ exceptions.raise_compiler_error(name ~ " is '" ~ value ~ "'. Write " ~ form ~ '.') }}
    {%- endif -%}
{% endmacro %}


{# All engines take their zones from the time zone database, as this list does. `raw_timezone` need not be set. #}
{% macro check_zone(name) %}
    {%- set zone = var(name, 'UTC') | string -%}
    {%- if not modules.re.fullmatch('[A-Za-z0-9_+/-]+', zone) or zone not in modules.pytz.all_timezones -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ zone ~ "', which is no name of the time zone database. Write one such as Asia/Tokyo.") }}
    {%- endif -%}
{% endmacro %}


{# A name that needs no quotes in SQL. #}
{% macro identifier_pattern() %}
    {{- return('[^\\W\\d]\\w*') -}}
{% endmacro %}


{# The further columns of leads that rules may name. #}
{% macro scored_attributes() %}
    {%- set names = var('scored_attributes') -%}
    {%- set unfit = [] -%}
    {%- for name in names if names is sequence and names is not string
        and not modules.re.fullmatch(identifier_pattern(), name | string) -%}
        {%- do unfit.append(name) -%}
    {%- endfor -%}
    {%- if unfit or names is string or names is not sequence -%}
        {{ exceptions.raise_compiler_error(
            "scored_attributes is '" ~ names ~ "'. Write a list of names of columns, each of letters, digits and "
            ~ "underscores, such as --vars '{scored_attributes: [lead_source]}'.") }}
    {%- endif -%}
    {{- return(names) -}}
{% endmacro %}
