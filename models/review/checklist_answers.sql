-- Each question is answered in the first list of cases and shows its evidence in the second. What
-- nobody can know stays null.
with

items as (

    select * from {{ ref('checklist_items') }}

),

questions as (

    select
        items.item,
        rule_facts.*,
        review_facts.*,
        review_facts.log_entries > 0 as has_log,
        {{ three_months_ago() }} as three_months_ago,
        agreements.is_agreed,
        coalesce(agreements.agreement, 'no entry in scoring_agreements') as agreement
    from items
    cross join {{ ref('checklist_rule_facts') }} as rule_facts
    cross join {{ ref('checklist_review_facts') }} as review_facts
    left join {{ ref('latest_agreements') }} as agreements on items.topic = agreements.topic

),

checklist_answers as (

    select
        item,
        case item
            when 1 then rules_changed_on < three_months_ago and coalesce(rules_reviewed_on < three_months_ago, true)
            when 2 then case when rules_changed > 0 then false when recorded_since < three_months_ago then true end
            when 3 then reset_rules = 0 or inactive_leads_with_points > 0
            when 4 then case when has_log then coalesce(periodic_review_on < three_months_ago, true) end
            when 5 then attribute_rules = 0 or (leads > 0 and leads_with_attribute_points = 0)
            when 6 then disqualification_rules = 0
            when 7 then handoff_tiers = 0 or attribute_rules = 0 or behavior_rules = 0
            when 10 then case when has_log then coalesce(review_with_sales_on < three_months_ago, true) end
            when 11 then handoff_tiers = 0
            when 12 then case when has_log then wins_reviewed_on is null end
            when 13 then handoff_tiers = 0 or vague_handoff_tiers > 0 or not is_agreed
            when 14 then kpi_targets = 0
            when 16 then case when mature_months > 0 then measured_months = 0 end
            when 17 then case when has_log then coalesce(complained_on >= three_months_ago, false) end
            when 18 then stale_leads > stale_leads_before
            else not is_agreed
        end as is_found,
        case item
            when 1 then {{ sentence('rules changed: ', 'rules_changed_on', '; reviewed: ', 'rules_reviewed_on') }}
            when 2 then {{ sentence('rules changed or removed since ', 'recorded_since', ': ', 'rules_changed') }}
            when 3 then {{ sentence(
                'reset rules: ', 'reset_rules',
                '; leads inactive for three months with behavior points: ', 'inactive_leads_with_points'
            ) }}
            when 4 then {{ sentence('last monthly or quarterly review: ', 'periodic_review_on') }}
            when 5 then {{ sentence(
                'attribute rules: ', 'attribute_rules',
                '; leads with attribute points: ', 'leads_with_attribute_points', ' of ', 'leads'
            ) }}
            when 6 then {{ sentence('disqualification rules: ', 'disqualification_rules') }}
            when 7 then {{ sentence(
                'tiers with sla_hours: ', 'handoff_tiers',
                '; attribute rules: ', 'attribute_rules', '; behavior rules: ', 'behavior_rules'
            ) }}
            when 10 then {{ sentence('last review with sales: ', 'review_with_sales_on') }}
            when 11 then {{ sentence(
                'tiers with sla_hours: ', 'handoff_tiers', '; longest, in hours: ', plain_number('longest_sla_hours')
            ) }}
            when 12 then {{ sentence('past wins last examined: ', 'wins_reviewed_on') }}
            when 13 then {{ sentence(
                'tiers with sla_hours: ', 'handoff_tiers',
                '; of them without action or description: ', 'vague_handoff_tiers', '; ', 'agreement'
            ) }}
            when 14 then {{ sentence('KPIs with a target: ', 'kpi_targets') }}
            when 16 then {{ sentence(
                'months whose outcome is known: ', 'mature_months', '; with scores compared: ', 'measured_months'
            ) }}
            when 17 then {{ sentence('last complaint: ', 'complained_on') }}
            when 18 then {{ sentence(
                'stale leads at the end of the last month: ', 'stale_leads',
                '; three months before: ', 'stale_leads_before'
            ) }}
            else agreement
        end as evidence
    from questions

)

select * from checklist_answers
