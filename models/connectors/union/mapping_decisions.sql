with

codes as (

    select * from {{ ref('connected_codes') }}

),

mapping_rows as (

    select * from {{ ref('mapping_rows') }}

),

-- the row that says most about a code decides: the code itself, then the longest pattern
matched as (

    select
        codes.connector,
        codes.mapping,
        codes.kind,
        codes.code,
        mapping_rows.decision,
        row_number() over (
            partition by codes.connector, codes.mapping, codes.kind, codes.code
            order by
                case when codes.kind = mapping_rows.kind then 1 else 2 end,
                length(mapping_rows.kind) desc,
                case when codes.code = mapping_rows.code then 1 when codes.label = mapping_rows.code then 2 else 3 end,
                length(mapping_rows.code) desc,
                mapping_rows.line,
                mapping_rows.decision
        ) as match_rank
    from codes
    inner join mapping_rows
        on
            codes.connector = mapping_rows.connector
            and codes.mapping = mapping_rows.mapping
            and {{ is_like_code('codes.kind', 'mapping_rows.kind') }}
            and (
                {{ is_like_code('codes.code', 'mapping_rows.code') }}
                or {{ is_like_code('codes.label', 'mapping_rows.code') }}
            )

),

mapping_decisions as (

    select
        connector,
        mapping,
        kind,
        code,
        decision
    from matched
    where match_rank = 1

)

select * from mapping_decisions
