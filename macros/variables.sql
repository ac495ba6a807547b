{# Before any model runs: a mistyped variable is one sentence, not a failed model half-way. `as_of` is
   checked where it is read. #}
{% macro check_variables() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for name in [
            'abandoned_after_days', 'queue_late_days', 'outcome_horizon_days', 'review_min_leads', 'review_min_opportunities'
        ] -%}
            {%- if not modules.re.fullmatch('[0-9]{1,6}', var(name) | string) -%}
                {{ exceptions.raise_compiler_error(
                    name ~ " is '" ~ var(name) ~ "'. Write a whole number, such as --vars '{" ~ name ~ ": 30}'.") }}
            {%- endif -%}
        {%- endfor -%}
        {%- set zone = var('timezone') | string | replace("'", "''") -%}
        {%- if not run_query("select 1 from pg_timezone_names() where name = '" ~ zone ~ "'").rows -%}
            {{ exceptions.raise_compiler_error(
                "timezone is '" ~ zone ~ "', which " ~ target.type ~ " does not know. Write an IANA name such as Asia/Tokyo.") }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
