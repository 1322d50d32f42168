-- Decides an open report and tells who reported: 'resolved' or 'dismissed', and what was done, in words for them, or null.
-- Open ones: select id, entity_type, entity_id, reason, details, created_at from public.reports where status = 'open' order by created_at;
select private.decide_report('00000000-0000-0000-0000-000000000000', 'resolved', 'what was done');
