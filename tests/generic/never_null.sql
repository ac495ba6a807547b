{# None of the columns is ever null. One test a table: a test a column would make a build of the sample a quarter longer. #}
{% test never_null(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where {{ columns | join(' is null or ') }} is null
{% endtest %}
