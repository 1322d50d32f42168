-- Takes a review away, with a reason that the audit log keeps: nobody but its author reads it any more, and it counts no more.
-- Those that were reported:
select r.id, r.rating, r.comment, r.reply, a.username as author, s.username as subject, p.reason, p.details
from public.reports as p
join public.reviews as r on r.id = p.entity_id
left join public.accounts as a on a.id = r.author_id
left join public.accounts as s on s.id = r.subject_id
where p.entity_type = 'review' and p.status = 'open' and r.removed_at is null
order by p.created_at;

select private.remove_review('00000000-0000-0000-0000-000000000000', 'reason');
