{# Statistics are estimates and may be binary numbers; points and scores never are. #}
{% macro as_float(number) -%}
    cast({{ number }} as {{ type_double() }})
{%- endmacro %}


{# A share as a decimal of six places. Rounded in two steps, because DuckDB divides in binary,
   where a half at the seventh place may lie a little below. #}
{% macro share_of(part, whole) -%}
    cast(
        round(
            cast(round(cast({{ part }} as numeric(28, 6)) / nullif({{ whole }}, 0), 12) as numeric(28, 12)), 6
        ) as numeric(18, 6)
    )
{%- endmacro %}


{# Bounds of the 95 % Wilson interval of a share: honest for small numbers, where the usual
   plus-minus leaves 0..1. Null without cases. #}
{% macro wilson_bound(part, whole, sign) -%}
    cast(
        (
            {{ as_float(part) }} / nullif({{ whole }}, 0)
            + {{ z_95() }} * {{ z_95() }} / (2 * nullif({{ whole }}, 0))
            {{ sign }} {{ z_95() }} * sqrt(
                {{ as_float(part) }} / nullif({{ whole }}, 0)
                * (1 - {{ as_float(part) }} / nullif({{ whole }}, 0)) / nullif({{ whole }}, 0)
                + {{ z_95() }} * {{ z_95() }}
                / (4 * {{ as_float('nullif(' ~ whole ~ ', 0)') }} * nullif({{ whole }}, 0))
            )
        ) / (1 + {{ z_95() }} * {{ z_95() }} / nullif({{ whole }}, 0)) as numeric(18, 6)
    )
{%- endmacro %}

{% macro wilson_low(part, whole) -%}
    {{ wilson_bound(part, whole, '-') }}
{%- endmacro %}

{% macro wilson_high(part, whole) -%}
    {{ wilson_bound(part, whole, '+') }}
{%- endmacro %}


{# The normal quantile of a 95 % interval. #}
{% macro z_95() -%}
    {{ as_float('1.959963984540054') }}
{%- endmacro %}
