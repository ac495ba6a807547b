{# Before any model runs: find the raw tables and check them, so that a wrong path or column
   is one readable sentence and not a failed model half-way. Returns the statements that expose
   files as views; other engines have their tables already. `dbt test` leaves all as it was
   built, so that it needs no variable; nor does a look at the rule book alone. #}
{% macro prepare_raw() %}
    {%- set statements = [] -%}
    {%- if execute and flags.WHICH in ('build', 'run') and needs_raw_tables() and connectors() -%}
        {{- check_connectors() -}}
    {%- elif execute and flags.WHICH in ('build', 'run') and needs_raw_tables() -%}
        {%- if reads_files() -%}
            {%- do statements.append('create schema if not exists ' ~ var('raw_schema')) -%}
        {%- endif -%}
        {%- for table in raw_tables() -%}
            {%- set files = raw_files(table) if reads_files() else '' -%}
            {%- if files.endswith('.csv') -%}{%- do check_raw_text(files) -%}{%- endif -%}
            {%- set reader = raw_reader(files) -%}
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
   reads the raw schema; with connectors neither is read. #}
{% macro reads_files() %}
    {{- return(target.type == 'duckdb' and (var('raw_data') or '') != '' and not connectors()) -}}
{% endmacro %}


{% macro reads_sample() %}
    {{- return(reads_files() and var('raw_data').rstrip('/') == 'sample_data') -}}
{% endmacro %}


{# One view per table. Columns its files lack are empty. #}
{% macro raw_view(table, reader, types) %}
    {%- set nulls = [] -%}
    {%- for column in table.columns.keys() if column not in types -%}
        {%- do nulls.append('cast(null as varchar) as ' ~ column) -%}
    {%- endfor -%}
    {%- set query = 'select ' ~ ((['*'] if reader else []) + nulls) | join(', ')
        ~ (' from ' ~ reader if reader else ' where false') -%}
    {{- return('create or replace view ' ~ var('raw_schema') ~ '.' ~ table.name ~ ' as ' ~ query) -}}
{% endmacro %}


{# The table function that reads the files; empty where there are none. #}
{% macro raw_reader(files) %}
    {#- files of one table may differ in their columns; a directory named `day=01` is not the number 1 -#}
    {%- set options = ', union_by_name = true, hive_types_autocast = false' if '/**/' in files else '' -%}
    {%- if files.endswith('.parquet') -%}
        {{- return("read_parquet('" ~ files ~ "'" ~ options ~ ")") -}}
    {%- elif files -%}
        {{- return(csv_reader(files, options)) -}}
    {%- endif -%}
    {{- return('') -}}
{% endmacro %}


{# Every value of a csv stays text until staging reads it, so that an unreadable value is rejected with
   a reason instead of stopping the load. #}
{% macro csv_reader(files, options) %}
    {{- return("read_csv('" ~ files ~ "', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
        ~ options ~ ")") -}}
{% endmacro %}


{# DuckDB's own messages advise to skip rows. Only the first rows of a file are looked at: enough to know one
   that a spreadsheet saved, where a look at all would take as long as reading them. #}
{% macro check_raw_text(files) %}
    {%- set options = ", store_rejects = true, rejects_table = 'unread_rows', rejects_scan = 'unread_files'" -%}
    {%- for file in run_query("select file from glob('" ~ files ~ "') order by file").columns[0].values() -%}
        {%- set reader = csv_reader(literal_path(file), options) -%}
        {%- do run_query('create or replace temporary table first_rows as from ' ~ reader ~ ' limit 20000') -%}
        {%- set found = run_query(
            "select file_path, line, error_type = 'INVALID ENCODING', error_message from unread_rows"
            ~ " inner join unread_files using (scan_id, file_id) order by line limit 1"
        ).rows -%}
        {%- do run_query('drop table first_rows; drop table unread_rows; drop table unread_files') -%}
        {%- if found -%}{%- do raise_unread_row(*found[0].values()) -%}{%- endif -%}
    {%- endfor -%}
{% endmacro %}


{% macro raise_unread_row(file, line, is_other_encoding, message) %}
    {%- set problem, remedy = message, 'Mend the export that writes the file; a comma, a quotation mark or a line end'
        ~ ' within a value needs quotation marks around the value' -%}
    {%- if is_other_encoding -%}
        {%- set problem = 'the file is not UTF-8; most likely it is Shift_JIS, which Excel in Japan saves as "CSV"' -%}
        {%- set remedy = 'In Excel choose "Save as" and the type "CSV UTF-8 (comma delimited)"' -%}
    {%- endif -%}
    {{ exceptions.raise_compiler_error(
        problem_sentence({'file': file, 'line': line, 'problem': problem, 'remedy': remedy})) }}
{% endmacro %}


{# The table's one file, or all in its directory, as DuckDB's pattern; empty where an optional table is absent. #}
{% macro raw_files(table) %}
    {%- set stem = var('raw_data') ~ '/' ~ table.name -%}
    {%- set looks = [] -%}
    {%- for ending in ['.csv', '.parquet', '/**/*.csv', '/**/*.parquet'] -%}
        {%- do looks.append("select '" ~ ending ~ "' from glob('" ~ literal_path(stem) ~ ending ~ "')") -%}
    {%- endfor -%}
    {%- set found = run_query(looks | join(' union ') ~ ' order by 1').columns[0].values() -%}
    {%- if found | length > 1 -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: both " ~ stem ~ found[0] ~ " and " ~ stem ~ found[1] ~ " exist. Remove what is out of date.") }}
    {%- elif not found and not table.meta.get('optional') -%}
        {{ exceptions.raise_compiler_error(
            "raw_data: '" ~ var('raw_data') ~ "' holds neither " ~ table.name ~ ".parquet nor " ~ table.name
            ~ ".csv, nor a directory " ~ table.name ~ " of such files. Export the table under that name, or pass "
            ~ "--vars '{raw_data: DIR}' with the directory that holds it (relative to where you run dbt).") }}
    {%- endif -%}
    {{- return(literal_path(stem) ~ found[0] if found else '') -}}
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


{# DuckDB's own message speaks of nested schemas or of an ambiguous reference. #}
{% macro duckdb__create_schema(relation) -%}
    {%- if relation.database | lower in [relation.schema | lower, var('raw_schema') | lower, 'system', 'temp'] -%}
        {{ exceptions.raise_compiler_error(
            "The DuckDB file is called " ~ relation.database ~ ", like something in it, and DuckDB cannot tell the two "
            ~ "apart. Set LEAD_SCORING_DUCKDB to a file of another name.") }}
    {%- endif -%}
    {{ dbt.duckdb__create_schema(relation) }}
{%- endmacro %}
