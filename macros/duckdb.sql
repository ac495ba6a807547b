{# DuckDB looks up UTC like any other zone (46 M events: 2.7 s, not 1.4 s). #}
{% macro duckdb__utc_to_local(utc_timestamp, zone) -%}
    (make_timestamptz(epoch_us({{ utc_timestamp }})) at time zone '{{ zone }}')
{%- endmacro %}


{# DuckDB's date_add counts in 32 bits. #}
{% macro duckdb__add_seconds(timestamp, seconds) -%}
    ({{ timestamp }} + to_microseconds({{ microseconds(seconds) }}))
{%- endmacro %}


{% macro duckdb__elapsed_microseconds(from_timestamp, to_timestamp) -%}
    date_sub('microsecond', {{ from_timestamp }}, {{ to_timestamp }})
{%- endmacro %}


{% macro duckdb__elapsed_days(from_timestamp, to_timestamp) -%}
    cast(date_sub('day', {{ from_timestamp }}, {{ to_timestamp }}) as integer)
{%- endmacro %}


{% macro duckdb__clean_category(column) -%}
    case
        when {{ begins_plainly(column) }} and {{ begins_plainly('reverse(cast(' ~ column ~ ' as varchar))') }}
            then lower(cast({{ column }} as varchar))
        else lower({{ clean_text(column) }})
    end
{%- endmacro %}


{% macro duckdb__has_form(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}


{% macro duckdb__parse_timestamp(column) -%}
    case
        when typeof({{ column }}) = 'VARCHAR' then {{ default__parse_timestamp(column) }}
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE'
            then try_cast({{ column }} as timestamp with time zone) at time zone 'UTC'
        when typeof({{ column }}) = 'DATE' then {{ local_to_utc('try_cast(' ~ column ~ ' as timestamp)') }}
        else {{ raw_to_utc('try_cast(' ~ column ~ ' as timestamp)') }}
    end
{%- endmacro %}


{% macro duckdb__is_date(column) -%}
    (typeof({{ column }}) = 'DATE' and {{ column }} is not null)
{%- endmacro %}


{% macro duckdb__is_text(column) -%}
    typeof({{ column }}) = 'VARCHAR'
{%- endmacro %}


{% macro duckdb__parse_boolean(column) -%}
    case
        when typeof({{ column }}) = 'BOOLEAN' then try_cast({{ column }} as boolean)
        else {{ default__parse_boolean(column) }}
    end
{%- endmacro %}


{% macro duckdb__is_given(column) -%}
    case
        when typeof({{ column }}) <> 'VARCHAR' and typeof({{ column }}) not like 'ENUM%' then {{ column }} is not null
        when {{ begins_plainly(column) }} then true
        else {{ default__is_given(column) }}
    end
{%- endmacro %}


{% macro duckdb__as_text(column) -%}
    case
        when typeof({{ column }}) in ('DOUBLE', 'FLOAT') and try_cast({{ column }} as hugeint) = try_cast({{ column }} as double)
            then cast(try_cast({{ column }} as hugeint) as varchar)
        else {{ default__as_text(column) }}
    end
{%- endmacro %}


{# Not through the adapter: it begins a transaction, and what hooks make would be rolled back. #}
{% macro duckdb__has_column(relation, name) %}
    {%- set query = "select 1 from information_schema.columns where column_name = '" ~ name ~ "' and table_name = '"
        ~ relation.identifier ~ "' and table_schema = '" ~ relation.schema ~ "'" -%}
    {{- return(run_query(query).rows | length > 0) -}}
{% endmacro %}


{% macro duckdb__seed_line() -%}
    cast(row_number() over (order by rowid) + 1 as integer)
{%- endmacro %}


{# Few texts have any of these, and to look for them takes a tenth of the time. #}
{% macro duckdb__fold_width(text) -%}
    case
        when regexp_matches({{ text }}, '{{ "[\uff01-\uff5e\u3000\uff65\u200b-\u200d\u2060\ufeff]" }}')
            then {{ default__fold_width(text) }}
        else {{ text }}
    end
{%- endmacro %}
