{# Before any model runs: find the raw tables and check them, so that a wrong path or column
   is one readable sentence and not a failed model half-way. Returns the statements that expose
   files as views; other engines have their tables already. `dbt test` leaves all as it was
   built, so that it needs no variable; nor does a look at the rule book alone. #}
{% macro prepare_raw() %}
    {%- set statements = [] -%}
    {%- if execute and flags.WHICH in ('build', 'run') and needs_raw_tables() -%}
        {%- if reads_files() -%}
            {%- do require_raw_directory() -%}
            {%- do statements.append('create schema if not exists ' ~ var('raw_schema')) -%}
        {%- endif -%}
        {%- for table in raw_tables() -%}
            {%- set reader = raw_reader(table) if reads_files() else '' -%}
            {%- if reader.startswith('read_csv') -%}{%- do check_raw_text(reader) -%}{%- endif -%}
            {%- set types = raw_column_types(table, reader) -%}
            {%- do check_raw_columns(table, types) -%}
            {%- if reads_files() -%}{%- do statements.append(raw_view(table, reader, types)) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- statements | join(';\n') -}}
{% endmacro %}


{% macro needs_raw_tables() %}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
    {{- return(
        models | rejectattr('fqn.1', 'equalto', 'rules') | selectattr('unique_id', 'in', selected_resources) | list != []
    ) -}}
{% endmacro %}


{% macro raw_tables() %}
    {{- return(graph.sources.values() | selectattr('source_name', 'equalto', 'raw') | sort(attribute='name') | list) -}}
{% endmacro %}


{# The embedded engine reads files; every other engine, and it too if `raw_data` is empty,
   reads the raw schema. #}
{% macro reads_files() %}
    {{- return(target.type == 'duckdb' and (var('raw_data') or '') != '') -}}
{% endmacro %}


{% macro reads_sample() %}
    {{- return(reads_files() and var('raw_data').rstrip('/') == 'sample_data') -}}
{% endmacro %}


{% macro require_raw_directory() %}
    {%- set files = literal_path(var('raw_data')) ~ '/*' -%}
    {%- if run_query("select count(*) from glob('" ~ files ~ "')").columns[0].values()[0] == 0 -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: the directory '" ~ var('raw_data') ~ "' is missing or empty. Pass --vars "
            ~ "'{raw_data: DIR}', DIR holding leads, events, sales_activities and opportunities "
            ~ "as .parquet or .csv (relative to where you run dbt).") }}
    {%- endif -%}
{% endmacro %}


{# One view per file. Columns the file lacks are empty. #}
{% macro raw_view(table, reader, types) %}
    {%- set nulls = [] -%}
    {%- for column in table.columns.keys() if column not in types -%}
        {%- do nulls.append('cast(null as varchar) as ' ~ column) -%}
    {%- endfor -%}
    {%- set query = 'select ' ~ ((['*'] if reader else []) + nulls) | join(', ')
        ~ (' from ' ~ reader if reader else ' where false') -%}
    {{- return('create or replace view ' ~ var('raw_schema') ~ '.' ~ table.name ~ ' as ' ~ query) -}}
{% endmacro %}


{# The table function that reads the file; empty where an optional table is absent. Every value
   of a csv stays text until staging reads it, so that an unreadable value is rejected with a
   reason instead of stopping the load. #}
{% macro raw_reader(table) %}
    {%- set path = raw_file(table) -%}
    {%- if path.endswith('.parquet') -%}
        {{- return("read_parquet('" ~ path ~ "')") -}}
    {%- elif path -%}
        {{- return("read_csv('" ~ path
            ~ "', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')") -}}
    {%- endif -%}
    {{- return('') -}}
{% endmacro %}


{# DuckDB's own messages advise to skip rows. Only the first rows are looked at: enough to know a file that
   a spreadsheet saved, where a look at all would take as long as reading them. #}
{% macro check_raw_text(reader) %}
    {%- set options = ", store_rejects = true, rejects_table = 'unread_rows', rejects_scan = 'unread_files')" -%}
    {%- do run_query('create or replace temporary table first_rows as from ' ~ reader[:-1] ~ options ~ ' limit 20000') -%}
    {%- set found = run_query(
        "select file_path, line, error_type = 'INVALID ENCODING', error_message from unread_rows"
        ~ " inner join unread_files using (scan_id, file_id) order by line limit 1"
    ).rows -%}
    {%- do run_query('drop table first_rows; drop table unread_rows; drop table unread_files') -%}
    {%- if found -%}
        {%- set file, line, is_other_encoding, message = found[0].values() -%}
        {%- set problem, remedy = message, 'Mend the export that writes the file; a comma, a quotation mark or a line end'
            ~ ' within a value needs quotation marks around the value' -%}
        {%- if is_other_encoding -%}
            {%- set problem = 'the file is not UTF-8; most likely it is Shift_JIS, which Excel in Japan saves as "CSV"' -%}
            {%- set remedy = 'In Excel choose "Save as" and the type "CSV UTF-8 (comma delimited)"' -%}
        {%- endif -%}
        {{ exceptions.raise_compiler_error(
            problem_sentence({'file': file, 'line': line, 'problem': problem, 'remedy': remedy})) }}
    {%- endif -%}
{% endmacro %}


{# Path of the table's one file as text of a query; empty where an optional table is absent. #}
{% macro raw_file(table) %}
    {%- set stem = literal_path(var('raw_data') ~ '/' ~ table.name) -%}
    {%- set found = run_query(
        "select file from glob('" ~ stem ~ ".parquet') union all select file from glob('" ~ stem ~ ".csv')"
    ).columns[0].values() -%}
    {%- if found | length == 2 -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: both " ~ found | join(' and ') ~ " exist. Remove the one that is out of date.") }}
    {%- elif found | length == 0 and not table.meta.get('optional') -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: '" ~ var('raw_data') ~ "' holds neither " ~ table.name ~ ".parquet nor " ~ table.name
            ~ ".csv. Export the table under that name, or point raw_data at another directory.") }}
    {%- endif -%}
    {{- return(literal_path(found[0]) if found else '') -}}
{% endmacro %}


{% macro raw_column_types(table, reader) %}
    {%- set types = {} -%}
    {%- if reader -%}
        {%- for column in run_query('describe select * from ' ~ reader).rows -%}
            {%- do types.update({column[0] | lower: column[1] | upper}) -%}
        {%- endfor -%}
    {%- elif not reads_files() -%}
        {%- set relation = adapter.get_relation(table.database, table.schema, table.identifier) -%}
        {%- if relation is none -%}
            {{ exceptions.raise_compiler_error(
                table.schema ~ "." ~ table.identifier ~ " does not exist. Create it as a table or view with "
                ~ "the columns " ~ table.columns.keys() | join(', ') ~ ", or set the variable raw_schema.") }}
        {%- endif -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do types.update({column.name | lower: column.dtype | upper}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(types) -}}
{% endmacro %}


{# The columns of the contract are there and of a type staging can read. A file may lack the
   optional ones; a schema is asked for all, since a view over it can add them. #}
{% macro check_raw_columns(table, types) %}
    {%- set name = table.schema ~ '.' ~ table.identifier -%}
    {%- set needed = table.columns.values() -%}
    {%- if reads_files() -%}{%- set needed = needed | selectattr('meta.required') if types else [] -%}{%- endif -%}
    {%- set extra = var('scored_attributes') if table.name == 'leads' else [] -%}
    {%- for column in needed | map(attribute='name') | list + extra if column not in types -%}
        {{ exceptions.raise_compiler_error(
            name ~ " has no column " ~ column ~ ". It has " ~ types.keys() | join(', ')
            ~ ". Rename or add the column in the export or view that fills " ~ name ~ ".") }}
    {%- endfor -%}
    {%- for column, type in types.items() if column in table.columns or column in extra -%}
        {%- do check_raw_type(name, column, type, table.columns.get(column, {}).get('data_type') or 'text') -%}
    {%- endfor -%}
{% endmacro %}


{% macro check_raw_type(table_name, column, found, expected) %}
    {%- set numbers = '.*INT|DEC|NUM|DOUBLE|FLOAT|REAL' -%}
    {%- set readable = {
        'text': '',
        'timestamp': 'TIMESTAMP|DATE',
        'integer': numbers,
        'numeric': numbers,
        'boolean': 'BOOL|.*INT',
    }[expected] ~ '|.*CHAR|TEXT|STRING' -%}
    {%- set nested = modules.re.search('[][]|STRUCT|MAP|ARRAY|RECORD|BLOB|BYTEA', found) -%}
    {%- if nested or not modules.re.match(readable, found) -%}
        {{ exceptions.raise_compiler_error(
            table_name ~ "." ~ column ~ " is " ~ found ~ "; expected " ~ expected
            ~ " (or text that reads as one). Cast it in the export or view that fills " ~ table_name ~ ".") }}
    {%- endif -%}
{% endmacro %}


{# A path as text of a query, in which DuckDB is to see neither the end of the text nor a pattern. #}
{% macro literal_path(path) %}
    {{- return(path | replace("'", "''") | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) -}}
{% endmacro %}


{# dbt tells the directory of the project with its seeds only. #}
{% macro project_root() %}
    {{- return(literal_path(graph.nodes['seed.lead_scoring.tiers'].root_path)) -}}
{% endmacro %}
