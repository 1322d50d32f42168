-- Candidates: card and contact apart from the start.
-- `candidate_cards` holds what may be shown and searched, with masks ready made, under an id of its own; `candidates`
-- holds the person: names, contact, files and free text. No client addresses either. What a card
-- shows is kept by …672_candidate_cards.sql; the candidate's own functions are in …677_candidate_profiles.sql.
-- Promises: nothing in a card leads to the account; a card comes with the role and goes with the account.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Tables --------------------------------------------------------------------------------------------------------------

create table private.candidate_cards (
  id uuid primary key default gen_random_uuid(),
  masked_name text,
  masked_phone text,
  masked_email text,
  birth_date date,
  role text,
  category text references public.categories (slug) on update cascade on delete set null,
  department text,
  experience_years integer,
  current_ctc bigint,
  expected_ctc bigint,
  currency text not null default 'INR',
  religion text,
  country text,
  state text,
  city text,
  degrees text[] not null default '{}',
  skills text[] not null default '{}',
  languages text[] not null default '{}',
  willing_to_relocate boolean,
  notice_period_days integer,
  picture_path text,
  has_resume boolean not null default false,
  has_video boolean not null default false,
  is_searchable boolean not null default false,
  listed_on date
);
comment on table private.candidate_cards is 'What recruiters see of candidates before they unlock them. No account, no exact moment, no free text.';
comment on column private.candidate_cards.current_ctc is 'A year''s salary in minor units of currency; expected_ctc too.';
comment on column private.candidate_cards.degrees is 'Of the education rows, and those of the catalog that the education text names.';
comment on column private.candidate_cards.picture_path is 'Path in the bucket `cards`, below the card''s own folder.';
comment on column private.candidate_cards.listed_on is 'The day on which it first became searchable; a day, for a moment would join it to the account.';

create index candidate_cards_category_idx on private.candidate_cards (category);
create index candidate_cards_picture_path_idx on private.candidate_cards (picture_path) where picture_path is not null;

create table private.candidates (
  account_id uuid primary key references public.accounts (id) on delete cascade,
  card_id uuid not null references private.candidate_cards (id) on delete restrict,
  full_name text,
  phone text,
  street_address text,
  education text,
  work_experience text,
  career_objective text,
  resume_path text,
  video_path text,
  is_available_for_hiring boolean not null default true,
  completed_steps integer[] not null default '{}',
  started_at timestamptz,
  declared_at timestamptz,
  approved_at timestamptz,
  rejection_reason text,
  updated_at timestamptz not null default now(),
  constraint candidates_card_id_key unique (card_id)
);
comment on table private.candidates is 'The person behind a card. Made empty with the role, so that the card''s folder is there; started_at is set by the first save.';

create index candidates_resume_path_idx on private.candidates (resume_path) where resume_path is not null;
create index candidates_video_path_idx on private.candidates (video_path) where video_path is not null;

create table private.candidate_educations (
  account_id uuid not null references private.candidates (account_id) on delete cascade,
  position integer not null,
  degree text not null,
  field_of_study text,
  institution text,
  start_year integer,
  end_year integer,
  grade text,
  primary key (account_id, position)
);
comment on table private.candidate_educations is 'Education row by row, in the order of position.';

create table private.candidate_experiences (
  account_id uuid not null references private.candidates (account_id) on delete cascade,
  position integer not null,
  company text not null,
  title text not null,
  start_date date not null,
  end_date date,
  description text,
  primary key (account_id, position)
);
comment on table private.candidate_experiences is 'Work row by row. end_date null: still there.';

create table private.candidate_gaps (
  account_id uuid not null references private.candidates (account_id) on delete cascade,
  position integer not null,
  start_date date not null,
  end_date date not null,
  reason text,
  primary key (account_id, position)
);
comment on table private.candidate_gaps is 'Times without work, with the reason.';

insert into private.settings (key, value, description) values
  ('candidates.approval_required', 'false', 'Whether an admin approves a candidate before recruiters find them.');

-- A card comes with the role and goes with the account ----------------------------------------------------------------

create function private.add_candidate()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: nobody may write here. The card's folder in the bucket `cards` is the candidate's.
declare
  card_id uuid;
begin
  if exists (select from private.candidates as c where c.account_id = new.account_id) then
    -- An admin gives the role back.
    perform private.sync_candidate_card(new.account_id);
    return null;
  end if;
  insert into private.candidate_cards (currency) values (default) returning id into card_id;
  insert into private.candidates (account_id, card_id) values (new.account_id, card_id);
  insert into private.folders (id, bucket_id, account_id) values (card_id, 'cards', new.account_id);
  return null;
end;
$$;

create trigger account_roles_add_candidate
  after insert on public.account_roles
  for each row
  when (new.role = 'candidate')
  execute function private.add_candidate();

create function private.forget_card()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
-- Definer: as above.
begin
  delete from private.candidate_cards as c where c.id = old.card_id;
  return null;
end;
$$;

create trigger candidates_forget_card
  after delete on private.candidates
  for each row execute function private.forget_card();

create trigger candidate_cards_replace_picture
  after update of picture_path on private.candidate_cards
  for each row
  when (old.picture_path is distinct from new.picture_path and old.picture_path is not null)
  execute function private.forget_object('cards', 'picture_path');

create trigger candidates_replace_resume
  after update of resume_path on private.candidates
  for each row
  when (old.resume_path is distinct from new.resume_path and old.resume_path is not null)
  execute function private.forget_object('resumes', 'resume_path');

create trigger candidates_replace_video
  after update of video_path on private.candidates
  for each row
  when (old.video_path is distinct from new.video_path and old.video_path is not null)
  execute function private.forget_object('videos', 'video_path');
