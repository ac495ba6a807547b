{# Source systems as they land in a warehouse: which are read, and their tables under declared names and types. #}

{# The source systems named in the variable `connectors`. #}
{% macro connectors() %}
    {%- set named = var('connectors', []) or [] -%}
    {{- return([named] if named is string else named) -}}
{% endmacro %}


{# Those of them that have a table of the raw contract: Account Engagement has events of people Salesforce knows. #}
{% macro connectors_with(table) %}
    {%- set only_events = ['account_engagement'] -%}
    {{- return(connectors() if table in ('events', 'codes') else connectors() | reject('in', only_events) | list) -}}
{% endmacro %}


{# The model that has the rows of a raw table while connectors are on. A unit test gives rows of the table itself. #}
{% macro connected_model(table) %}
    {{- return('connected_' ~ table if connectors() and model.resource_type != 'unit_test' else none) -}}
{% endmacro %}


{# The record of the source system that each lead is written back to; none while no connector knows people. #}
{% macro crm_records() -%}
    {%- if connectors_with('leads') and model.resource_type != 'unit_test' -%}
    select lead_id, crm_object, crm_id from {{ ref('person_records') }}
    {%- else -%}
    select
        cast(null as {{ dbt.type_string() }}) as lead_id,
        cast(null as {{ dbt.type_string() }}) as crm_object,
        cast(null as {{ dbt.type_string() }}) as crm_id
    {{ no_rows() }}
    {%- endif -%}
{%- endmacro %}


{# A source's table with the columns its yml declares, in the declared types. A column is found under its name or as
   the API spells it (CreatedDate, canonical-vid); one that is missing is empty, as is a table that is missing.
   A unit test gives the columns it needs, of the right type. #}
{% macro source_table(source_name, table_name, further_columns=[]) -%}
    {%- set declared = source(source_name, table_name) -%}
    {%- if not execute or model.resource_type == 'unit_test' -%}
        select * from {{ declared }}
    {%- else -%}
        {%- set table = declared_tables(source_name) | selectattr('name', 'equalto', table_name) | first -%}
        {%- set found = found_columns(table) -%}
        {%- set columns = table.columns.values() | list -%}
        {%- for name in further_columns if name not in table.columns -%}
            {%- do columns.append({'name': name, 'data_type': 'text', 'meta': {'also': ['property_' ~ name]}}) -%}
        {%- endfor -%}
        select
            {%- for column in columns %}
            {{ declared_column(column, found) }} as {{ column_name(column.name) }}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- if found %}
        from {{ located(table) }}
        {{- of_current_rows(table, found) }}
        {%- else %}
        {{ no_rows() }}
        {%- endif %}
    {%- endif -%}
{%- endmacro %}


{% macro declared_tables(source_name) %}
    {{- return(
        graph.sources.values() | selectattr('package_name', 'equalto', 'lead_scoring')
        | selectattr('source_name', 'equalto', source_name) | sort(attribute='name') | list
    ) -}}
{% endmacro %}


{# The table under its declared name, else under that which another loader gives it; none if there is neither. #}
{% macro located(table) %}
    {%- for name in [table.identifier] + table.meta.get('also', []) -%}
        {%- set relation = adapter.get_relation(table.database, table.schema, name) -%}
        {%- if relation -%}
            {{- return(relation) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(none) -}}
{% endmacro %}


{# Whether another table that is there holds the same facts in a list of its own, as Airbyte lands them. #}
{% macro is_listed_elsewhere(table) %}
    {%- for other in declared_tables(table.source_name) if other.name in table.meta.get('listed_in', {}) -%}
        {%- set found, column = found_columns(other), plain_name(table.meta.listed_in[other.name]) -%}
        {%- if column in found or column.startswith('property') and 'property' in found -%}
            {{- return(true) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(false) -}}
{% endmacro %}


{# What the table has, by names in which spelling makes no difference; empty if there is no such table. #}
{% macro found_columns(table) %}
    {%- set found = {} -%}
    {%- set relation = located(table) -%}
    {%- for column in (adapter.get_columns_in_relation(relation) if relation else []) -%}
        {%- do found.setdefault(plain_name(column.name), []).append(column) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}


{# Airbyte writes the prefix of a property in the plural. #}
{% macro plain_name(name) %}
    {{- return(modules.re.sub('[^a-z0-9]', '', name | lower | replace('properties', 'property'))) -}}
{% endmacro %}


{# Both spellings may be there, each filled in some of the rows. A property may also be a field of the one column
   `properties`. #}
{% macro declared_column(column, found) -%}
    {%- set values = [] -%}
    {%- set names = [column.name] + column.meta.get('also', []) -%}
    {%- for name in names -%}
        {%- for candidate in found.get(plain_name(name), []) -%}
            {%- do values.append(read_column(adapter.quote(candidate.name), candidate.dtype | lower, column.data_type)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for properties in found.get('property', []) if not values -%}
        {%- for name in names if name.startswith('property_') -%}
            {%- set json = read_column(adapter.quote(properties.name), properties.dtype | lower, 'json') -%}
            {%- set field = read_column(json_text(json, [name[9:]]), 'text', column.data_type) -%}
            {%- do values.append(without_decimals(field) if name.endswith('id') else field) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if values | length > 1 -%}
        coalesce({{ values | join(', ') }})
    {%- else -%}
        {{ values[0] if values else 'cast(null as ' ~ declared_type(column.data_type) ~ ')' }}
    {%- endif -%}
{%- endmacro %}


{% macro declared_type(data_type) %}
    {{- return({
        'text': dbt.type_string(),
        'timestamp': dbt.type_timestamp(),
        'integer': dbt.type_bigint(),
        'numeric': 'numeric(28, 6)',
        'json': dbt.type_string(),
        'ids': dbt.type_string(),
    }.get(data_type, data_type)) -}}
{% endmacro %}


{# An id that was a number on its way: 131.0 is 131. #}
{% macro without_decimals(id) -%}
    case when {{ has_form(id, '[0-9]+[.]0+') }} then {{ nth_part(id, '.', 1) }} else {{ id }} end
{%- endmacro %}


{# Ids of a list such as ["131", "132"] as 131,132; null if it has none. #}
{% macro plain_list(json) -%}
    {%- set list = namespace(sql=json) -%}
    {%- for sign in ['[', ']', '{', '}', '"', ' '] -%}
        {%- set list.sql = "replace(" ~ list.sql ~ ", '" ~ sign ~ "', '')" -%}
    {%- endfor -%}
    nullif({{ list.sql }}, '')
{%- endmacro %}


{# Some tools land times as milliseconds, numbers and truth values as text. #}
{% macro read_column(column, found_type, data_type) -%}
    {%- if data_type == 'text' -%}
        {{ verbatim_text(column) }}
    {%- elif data_type == 'json' and modules.re.match('text|varchar|char|string', found_type) -%}
        {{ column }}
    {%- elif data_type == 'json' -%}
        {{ json_written(column, found_type) }}
    {%- elif data_type == 'ids' -%}
        {{ plain_list(read_column(column, found_type, 'json')) }}
    {%- elif data_type == 'boolean' -%}
        {{ column if found_type.startswith('bool') else parse_boolean(column) }}
    {%- elif data_type == 'integer' -%}
        {{ parse_integer(column) }}
    {%- elif data_type == 'numeric' -%}
        {{ parse_decimal(column) }}
    {%- elif data_type == 'date' -%}
        {{ read_date(column, found_type) }}
    {%- elif modules.re.match('.*int|dec|num|double|float|real', found_type) -%}
        {{ add_seconds("cast('1970-01-01' as " ~ dbt.type_timestamp() ~ ")", 'cast(' ~ column ~ ' as numeric(28, 6)) * 0.001') }}
    {%- elif modules.re.search('with time zone|timestamp_l?tz', found_type) -%}
        {{ instant_to_utc(column) }}
    {%- elif modules.re.match('timestamp|date', found_type) -%}
        cast({{ column }} as {{ dbt.type_timestamp() }})
    {%- else -%}
        {{ parse_timestamp(column) }}
    {%- endif -%}
{%- endmacro %}


{# A day has no zone: of a time at midnight only the date counts. #}
{% macro read_date(column, found_type) -%}
    {%- if modules.re.match('timestamp|date', found_type) -%}
        cast({{ read_column(column, found_type, 'timestamp') }} as date)
    {%- else -%}
        cast(
            case when {{ has_form(clean_text(column), timestamp_pattern()) }} then substring({{ clean_text(column) }}, 1, 10) end
            as date
        )
    {%- endif -%}
{%- endmacro %}


{# History mode keeps every version of a row and marks the one in force; a table that is a history by itself is
   read whole. #}
{% macro of_current_rows(table, found) -%}
    {%- set marks = found.get(plain_name('_fivetran_active'), []) -%}
    {%- if marks and not table.meta.get('is_history') %}
        where coalesce({{ read_column(adapter.quote(marks[0].name), marks[0].dtype | lower, 'boolean') }}, true)
    {%- endif -%}
{%- endmacro %}


{# Before any model runs: a mistyped connector or a source that is not there is one sentence. #}
{% macro check_connectors() %}
    {%- set known = ['account_engagement', 'hubspot', 'salesforce'] -%}
    {%- for name in connectors() if name not in known -%}
        {{ exceptions.raise_compiler_error(
            "connectors names '" ~ name ~ "', which there is not. There are " ~ known | join(', ') ~ ".") }}
    {%- endfor -%}
    {%- if 'account_engagement' in connectors() and 'salesforce' not in connectors() -%}
        {{ exceptions.raise_compiler_error(
            "connectors names account_engagement without salesforce. Its people are found by their Salesforce ids: "
            ~ "write connectors: [salesforce, account_engagement].") }}
    {%- endif -%}
    {%- for name in connectors() -%}
        {%- set prefix = 'pardot' if name == 'account_engagement' else name -%}
        {%- for table in declared_tables(name) if not located(table) and not is_listed_elsewhere(table) -%}
            {%- set place = table.schema ~ '.' ~ table.identifier -%}
            {%- if table.meta.get('required') -%}
                {{ exceptions.raise_compiler_error(
                    place ~ " does not exist. Set the variables " ~ prefix ~ "_schema, " ~ prefix ~ "_database or " ~ prefix
                    ~ "_" ~ table.name ~ "_identifier to where " ~ name ~ " lies.") }}
            {%- endif -%}
            {%- do print('NOTE ' ~ place ~ ' does not exist: ' ~ table.meta.get('without', 'it is read as empty') ~ '.') -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}


{# The path of a web address, without what follows a question mark. #}
{% macro url_path(url) -%}
    {%- set page = nth_part(nth_part(url, '#', 1), '?', 1) -%}
    {%- set place = "case when " ~ page ~ " like '%://%' then " ~ nth_part(page, '://', 2) ~ " else " ~ page ~ " end" -%}
    case
        when {{ place }} like '%/%' then substring({{ place }}, {{ place_in("'/'", place) }})
        when {{ url }} is not null then '/'
    end
{%- endmacro %}


{# An e-mail address as it is compared. #}
{% macro clean_address(column) -%}
    lower({{ clean_text(column) }})
{%- endmacro %}


{# Stands for a person nobody knows; the address itself may be that of somebody who was erased. #}
{% macro unknown_person(address) -%}
    'unknown ' || substring({{ dbt.hash(address) }}, 1, 8)
{%- endmacro %}


{# The single items of a list such as 131;132 need one row each. #}
{% macro item_count(column, separator=';') -%}
    1 + length({{ column }}) - length(replace({{ column }}, '{{ separator }}', ''))
{%- endmacro %}


{# CTEs `hop_1` to `hop_5`: each looks twice as far along the links as the one before, so that chains of 32 end. #}
{% macro hops(links) -%}
    {%- for number in range(1, 6) %}
    {%- set before = links if loop.first else 'hop_' ~ (number - 1) %}
hop_{{ number }} as (

    select
        near.connector,
        near.record_id,
        coalesce(far.moved_to_id, near.moved_to_id) as moved_to_id
    from {{ before }} as near
    left join {{ before }} as far
        on near.connector = far.connector and near.moved_to_id = far.record_id

),
    {%- endfor %}
{%- endmacro %}


{# A date as the moment its day begins in `var('timezone')`. #}
{% macro start_of_day(date) -%}
    {{ local_to_utc('cast(' ~ date ~ ' as ' ~ dbt.type_timestamp() ~ ')') }}
{%- endmacro %}


{# After the build: a person no source knows any more is forgotten. If many vanish at once the source rather than
   the people is missing, and who is forgotten gets another name when he comes back. #}
{% macro forget_erased_people() -%}
    {%- if execute and connectors() -%}
        {%- set gone -%}
            connector in ('{{ connectors() | join("', '") }}') and not exists (
                select 1 from {{ ref('connected_survivors') }} as known
                where known.connector = {{ this }}.connector and known.record_id = {{ this }}.record_id
            )
        {%- endset -%}
        {%- set counts = run_query(
            'select count(*), coalesce(sum(case when ' ~ gone ~ ' then 1 else 0 end), 0) from ' ~ this).rows[0] -%}
        {%- if counts[1] > 20 and counts[1] > counts[0] * (var('max_vanished_share', 0.05) | float) -%}
            {{ exceptions.raise_compiler_error(
                counts[1] ~ " of " ~ counts[0] ~ " records known so far are not in " ~ connectors() | join(', ')
                ~ " any more. Look whether its tables are complete; if those people were erased, build once with "
                ~ "--vars '{max_vanished_share: 1}'.") }}
        {%- endif -%}
        delete from {{ this }} where {{ gone }}
    {%- endif -%}
{%- endmacro %}


{# The name a person already has: that of the record that survives, else of the record that was there first. #}
{% macro known_name(records, lead_id) -%}
    first_value({{ lead_id }}) over (
        partition by {{ records }}.connector, {{ records }}.survivor_id
        order by
            case when {{ lead_id }} is null then 1 else 0 end,
            case when {{ records }}.record_id = {{ records }}.survivor_id then 0 else 1 end,
            {{ records }}.created_at nulls last,
            {{ records }}.record_id{{ up_to_here() }}
    )
{%- endmacro %}


{# True where a code is what a row of a mapping says: `%` stands for anything, an underscore for itself. #}
{% macro is_like_code(code, pattern) -%}
    {{ is_like('lower(' ~ code ~ ')', 'replace(' ~ like_pattern(pattern) ~ ", '_', '!_')") }}
{%- endmacro %}


{# For `lead-scoring connect`: a line for each declared table of a source, and whether it is there. #}
{% macro print_source_tables(source_name) %}
    {%- for table in declared_tables(source_name) -%}
        {%- set relation = located(table) -%}
        {%- do print(tojson({
            'name': table.name,
            'place': table.schema ~ '.' ~ (relation.identifier if relation else table.identifier),
            'is_there': relation is not none or is_listed_elsewhere(table),
            'is_required': table.meta.get('required', false),
            'without': table.meta.get('without', ''),
        })) -%}
    {%- endfor -%}
{% endmacro %}
