-- Casting reminders: who is accepted hears of the shoot in the day before it.
-- Promises: once to each, whenever they were accepted; again when the shoot moves.

set lock_timeout = '5s';
set statement_timeout = '60s';

create index castings_reminder_idx on public.castings (shoot_date) where status = 'active';
create index casting_responses_reminder_idx on public.casting_responses (casting_id) where status = 'accepted' and reminded_at is null;

create function private.remind_of_castings()
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: a job. In the day before the shoot, once to each who is accepted.
declare
  reminded integer;
begin
  with due as (
    update public.casting_responses as r
    set reminded_at = now()
    where r.id in (
      select d.id
      from public.castings as c
      join public.casting_responses as d on d.casting_id = c.id
      where c.status = 'active' and c.shoot_date between now() and now() + interval '24 hours'
        and d.status = 'accepted' and d.reminded_at is null
      order by c.shoot_date
      limit 500
      for update of d skip locked
    )
    returning r.id, r.casting_id, r.model_id
  ), told as (
    select private.notify(due.model_id, 'casting_reminder', jsonb_build_object('casting_id', due.casting_id, 'response_id', due.id))
    from due
  )
  select count(*) into reminded from told;
  return reminded;
end;
$$;

create function private.remind_again()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: responses are not the owner's to write. Another day is another reminder.
begin
  update public.casting_responses as r set reminded_at = null where r.casting_id = new.id and r.reminded_at is not null;
  return null;
end;
$$;

create trigger castings_remind_again
  after update of shoot_date on public.castings
  for each row
  when (old.shoot_date is distinct from new.shoot_date)
  execute function private.remind_again();

insert into private.jobs (name, every, description) values
  ('remind_of_castings', '1 minute', 'Reminds accepted models of a shoot 24 hours before it.');
