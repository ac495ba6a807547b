-- A passive event or a bot's never wakes a lead: every episode begins with an event of a rule
-- that keeps active, or with the lead's creation.
select episodes.*
from {{ ref('engagement_episodes') }} as episodes
where
    not exists (
        select 1 from {{ ref('event_matches') }} as matches
        where
            matches.lead_id = episodes.lead_id
            and matches.occurred_at = episodes.started_at
            and matches.is_activity
    )
    and not exists (
        select 1 from {{ ref('stg_leads') }} as leads
        where leads.lead_id = episodes.lead_id and leads.created_at = episodes.started_at
    )
