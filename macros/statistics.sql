{# Statistics are estimates and may be binary numbers; points and scores never are. #}
{% macro as_float(number) -%}
    cast({{ number }} as {{ type_double() }})
{%- endmacro %}


{# A share as a decimal of six places. Rounded in two steps, because DuckDB divides in binary,
   where a half at the seventh place may lie a little below. #}
{% macro share_of(part, whole) -%}
    {{ return(adapter.dispatch('share_of')(part, whole)) }}
{%- endmacro %}

{% macro default__share_of(part, whole) -%}
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


{# How well scores rank the leads of a month, told from steps: one row per month and score, with its `leads` and the
   `opportunities` among them. Leads of one score are one step, so that what is said of them holds for each alike. #}
{% macro leads_above(score) -%}
    sum(leads) over (partition by month order by {{ score }} desc{{ up_to_here() }}) - leads
{%- endmacro %}

{% macro losers_below(score) -%}
    sum(leads - opportunities) over (partition by month order by {{ score }}{{ up_to_here() }}) - (leads - opportunities)
{%- endmacro %}

{# Pairs of a lead with and one without opportunity: counted twice, so that ties count whole. #}
{% macro twice_pairs_won() -%}
    sum(opportunities * (2 * losers_below + leads - opportunities))
{%- endmacro %}

{# The leads of the last step within the capacity count in equal parts. #}
{% macro opportunities_within(capacity) -%}
    sum(opportunities * least({{ as_float(greatest_of(capacity ~ ' - leads_above', '0')) }} / leads, 1))
{%- endmacro %}

{% macro auc(twice_pairs_won, leads, opportunities) -%}
    {{ share_of(twice_pairs_won, '2 * ' ~ opportunities ~ ' * (' ~ leads ~ ' - ' ~ opportunities ~ ')') }}
{%- endmacro %}

{% macro lift(opportunities_within, capacity, leads, opportunities) -%}
    {{ share_of(opportunities_within ~ ' * ' ~ leads, opportunities ~ ' * ' ~ least_of(capacity, leads)) }}
{%- endmacro %}
