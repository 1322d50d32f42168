-- Assistant, rules: which amounts of money and which days a text in English, Russian, Kazakh or Arabic names. No outside service.
-- Promises: texts are bounded, and no pattern goes back over itself.

set lock_timeout = '5s';
set statement_timeout = '60s';

-- Money ---------------------------------------------------------------------------------------------------------------

create function private.mark_amounts(folded text)
returns text
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  -- Currencies and thousands as one capital each, of which a folded text has none: what looks for amounts then is a short pattern.
  -- A pattern that knew all the words would take Postgres longer to read than the text.
  select
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    regexp_replace(regexp_replace(regexp_replace(
      mark_amounts.folded,
      '([0-9]) ?(?:k|к|тыс\.?|тысяч[аи]?|тыщ[аи]?|мын|thousand|grand|الف|الاف)(?![[:alpha:]])', '\1K', 'g'),
      '([0-9]) ?(?:mln|million|млн\.?|миллион|миллиона|миллионов|مليون)(?![[:alpha:]])', '\1M', 'g'),
      '([0-9]) ?(?:lakhs?|lac|лакх)(?![[:alpha:]])', '\1L', 'g'),
      'us\$|\$|(?<![[:alpha:]])(?:usd|dollars?|bucks|долл|доллар[[:alpha:]]{0,3}|бакс[[:alpha:]]{0,3}|دولار[[:alpha:]]{0,3})(?![[:alpha:]])', 'U', 'g'),
      '€|(?<![[:alpha:]])(?:eur|euros?|евро|еуро|يورو)(?![[:alpha:]])', 'E', 'g'),
      '₸|(?<![[:alpha:]])(?:kzt|tenge|тенге[[:alpha:]]{0,4}|тг|تينغ[[:alpha:]]?|تنغ[[:alpha:]]|تنج[[:alpha:]])(?![[:alpha:]])', 'T', 'g'),
      '₽|(?<![[:alpha:]])(?:rub|rubles?|roubles?|руб|рубл[[:alpha:]]{1,4}|روبل)(?![[:alpha:]])', 'R', 'g'),
      '₹|(?<![[:alpha:]])(?:inr|rs|rupees?|рупи[[:alpha:]]{1,3}|روبي[[:alpha:]]{1,3})(?![[:alpha:]])', 'I', 'g'),
      'e£|£e|(?<![[:alpha:]])(?:egp|l\.e|egyptian pounds?|египетск[[:alpha:]]{2,3} фунт[[:alpha:]]{0,3}|جنيه[[:alpha:]]{0,3}|ج ?\. ?م)(?![[:alpha:]])', 'P', 'g'),
      '([0-9KML]) ?le(?![[:alpha:]])', '\1P', 'g');
$$;
comment on function private.mark_amounts is
  'A folded text with U, E, T, R, I, P for dollars, euros, tenge, rubles, rupees, Egyptian pounds, and K, M, L for thousands, millions, lakhs.';

create function private.currency_of(mark text)
returns text
language sql
immutable
strict
parallel safe
security invoker
set search_path = ''
as $$
  select (array['USD', 'EUR', 'KZT', 'RUB', 'INR', 'EGP'])[nullif(strpos('UETRIP', currency_of.mark), 0)];
$$;

create function private.number_of(digits text, mark text)
returns numeric
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
  -- Of digits that are parted the last ones that are one number: groups of three, or a point or comma with one or two behind it.
  select round(
    (regexp_replace(regexp_replace(n.digits, '[.,][0-9]{1,2}$', ''), '[^0-9]', '', 'g') || coalesce('.' || substring(n.digits from '[.,]([0-9]{1,2})$'), ''))::numeric
    * case number_of.mark when 'K' then 1000 when 'M' then 1000000 when 'L' then 100000 else 1 end,
    2
  )
  from (
    select substring(
      number_of.digits from '(?<![0-9.,])([1-9][0-9]{0,2}(?:[ ,.''][0-9]{3})+(?:[.,][0-9]{1,2})?|[0-9]+(?:[.,][0-9]{1,2})?)$'
    )
  ) as n (digits)
  where length(n.digits) <= 20;
$$;

create function private.amounts_in(marked text)
returns table (amount numeric, currency text)
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
  -- Numbers with what stands right before or behind them; of a range the higher one.
  select
    private.number_of(coalesce(m.found[4], m.found[2]), coalesce(m.found[5], m.found[3])),
    coalesce(private.currency_of(m.found[1]), private.currency_of(m.found[6]))
  from regexp_matches(
    amounts_in.marked,
    '([UETRIP])?\.? ?([0-9]+(?:[ .,''][0-9]+)*)([KML])?(?: ?(?:-|–|—|to|до|الي) ?[UETRIP]? ?([0-9]+(?:[ .,''][0-9]+)*)([KML])?)? ?([UETRIP])?',
    'g'
  ) with ordinality as m (found, place)
  where m.place <= 200
  order by m.place;
$$;

create function private.budget_in(marked text, is_asked boolean)
returns table (amount numeric, currency text)
language plpgsql
immutable
parallel safe
security invoker
set search_path = ''
as $$
-- What stands behind a word for it; else the highest amount with a currency; asked for, any number is one.
declare
  behind text := substring(
    budget_in.marked
    from '(?<![[:alpha:]])(?:budget|pay|price|бюджет[[:alpha:]]{0,3}|оплат[[:alpha:]]{1,2}|заплачу|плачу|цена|ميزانيه|ميزانيتي|الميزانيه|السعر)(?![[:alpha:]])(.*)'
  );
begin
  return query
    select a.amount, a.currency
    from private.amounts_in(left(behind, 80)) as a
    where a.amount > 0
    order by a.currency is null
    limit 1;
  if found then
    return;
  end if;
  return query
    select a.amount, a.currency
    from private.amounts_in(budget_in.marked) as a
    where a.amount > 0 and (a.currency is not null or budget_in.is_asked)
    order by a.currency is null, a.amount desc
    limit 1;
end;
$$;

-- Days ----------------------------------------------------------------------------------------------------------------

create function private.small_number(word text)
returns integer
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
  -- One to ten in words, or up to three digits; 1 where there is none: in a week.
  select case
    when small_number.word ~ '^[0-9]{1,3}$' then small_number.word::integer
    else coalesce((
      select n.number
      from (values
        (2, 'two|couple|a couple of|два|две|пару|еки|اثنين'), (3, 'three|три|уш|ثلاثه|ثلاث'), (4, 'four|четыре|торт|اربعه|اربع'),
        (5, 'five|пять|бес|خمسه|خمس'), (6, 'six|шесть|алты|سته|ست'), (7, 'seven|семь|жети|سبعه|سبع'), (8, 'eight|восемь|сегиз|ثمانيه|ثماني'),
        (9, 'nine|девять|тогыз|تسعه|تسع'), (10, 'ten|десять|он|عشره|عشر')
      ) as n (number, words)
      where small_number.word = any (string_to_array(n.words, '|'))
    ), 1)
  end;
$$;

create function private.month_of(word text)
returns integer
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
  select m.number
  from (values
    (1, 'jan|январ|кантар|يناير'), (2, 'feb|феврал|акпан|فبراير'), (3, 'mar|март|наурыз|مارس'), (4, 'apr|апрел|сауир|ابريل'),
    (5, 'may|мая|май|мае|мамыр|مايو'), (6, 'jun|июн|маусым|يونيو'), (7, 'jul|июл|шилде|يوليو'), (8, 'aug|август|тамыз|اغسطس'),
    (9, 'sep|сентябр|кыркуйек|سبتمبر'), (10, 'oct|октябр|казан|اكتوبر'), (11, 'nov|ноябр|караша|نوفمبر'), (12, 'dec|декабр|желтоксан|ديسمبر')
  ) as m (number, words)
  where month_of.word ~ ('^(' || m.words || ')')
  limit 1;
$$;

create function private.day_of(year integer, month integer, day integer, today date)
returns date
language plpgsql
immutable
security invoker
set search_path = ''
as $$
-- Null of a day that there is not, that is over, or is far away. Without a year the next one.
declare
  result date;
  wanted integer := coalesce(day_of.year, extract(year from day_of.today)::integer);
begin
  for later in 0 .. case when day_of.year is null then 1 else 0 end loop
    result := case
      when day_of.month between 1 and 12
        and day_of.day between 1 and extract(day from make_date(wanted + later, day_of.month, 1) + interval '1 month - 1 day')
        then make_date(wanted + later, day_of.month, day_of.day)
    end;
    if result between day_of.today and day_of.today + 3660 then
      return result;
    end if;
  end loop;
  return null;
end;
$$;

create function private.written_date_in(folded text, today date)
returns date
language plpgsql
immutable
security invoker
set search_path = ''
as $$
-- 2026-12-05, 5.12.2026, up to 05.12, 5 December, December 5th. The day stands first, unless it cannot be one.
declare
  months constant text := '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![[:alpha:]])|'
    '(?:январ|феврал|март|апрел|ма[яйе](?![[:alpha:]])|июн|июл|август|сентябр|октябр|ноябр|декабр|кантар|акпан|наурыз|сауир|мамыр|маусым|шилде|тамыз|кыркуйек|казан|караша|желтоксан|'
    'يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر)[[:alpha:]]{0,7}';
  found text[];
  result date;
begin
  found := regexp_match(written_date_in.folded, '(?<![0-9])(20[0-9]{2})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])');
  result := private.day_of(found[1]::integer, found[2]::integer, found[3]::integer, written_date_in.today);
  if result is not null then
    return result;
  end if;
  found := regexp_match(written_date_in.folded, '(?<![0-9.])([0-9]{1,2})[./-]([0-9]{1,2})[./-](20[0-9]{2})(?![0-9])');
  result := coalesce(
    private.day_of(found[3]::integer, found[2]::integer, found[1]::integer, written_date_in.today),
    private.day_of(found[3]::integer, found[1]::integer, found[2]::integer, written_date_in.today)
  );
  if result is not null then
    return result;
  end if;
  found := regexp_match(
    written_date_in.folded,
    '(?<![[:alnum:].])([0-9]{1,2})(?:st|nd|rd|th|-?го|-?е|-?ши|-?шы)? ?(?:of )?(' || months || ')(?: ?,? ?(20[0-9]{2})(?![0-9]))?'
  );
  result := private.day_of(found[3]::integer, private.month_of(found[2]), found[1]::integer, written_date_in.today);
  if result is not null then
    return result;
  end if;
  found := regexp_match(
    written_date_in.folded, '(?<![[:alpha:]])(' || months || ') ?([0-9]{1,2})(?:st|nd|rd|th)?(?![0-9])(?: ?,? ?(20[0-9]{2})(?![0-9]))?'
  );
  result := private.day_of(found[3]::integer, private.month_of(found[1]), found[2]::integer, written_date_in.today);
  if result is not null then
    return result;
  end if;
  found := regexp_match(
    written_date_in.folded,
    '(?<![[:alpha:]])(?:by|before|until|till|due|до|к|срок|قبل|حتي) ?:? ?([0-9]{1,2})[./](0[1-9]|1[0-2])(?![0-9]|[.,/][0-9])'
  );
  return private.day_of(null, found[2]::integer, found[1]::integer, written_date_in.today);
end;
$$;

create function private.deadline_in(folded text, today date)
returns date
language plpgsql
immutable
security invoker
set search_path = ''
as $$
-- A date; in so many days, weeks or months; tomorrow; the end of a week or month; a day of the week. Null when it says none.
declare
  numbers constant text := '[0-9]{1,3}|an?|one|two|a couple of|couple|three|four|five|six|seven|eight|nine|ten|один|одну|два|две|пару|три|четыре|пять|шесть|семь|восемь|девять|десять|'
    'бир|еки|уш|торт|бес|алты|жети|сегиз|тогыз|он|ثلاثه|ثلاث|اربعه|اربع|خمسه|خمس|سته|ست|سبعه|سبع|ثمانيه|ثماني|تسعه|تسع|عشره|عشر';
  days constant text := 'days?|дней|дня|день|суток|сутки|кун[[:alpha:]]{0,5}|يومين|يوما|يوم|ايام';
  weeks constant text := 'weeks?|недел[[:alpha:]]{1,2}|апта[[:alpha:]]{0,5}|اسبوعين|اسبوع|اسابيع';
  months constant text := 'months?|месяц[[:alpha:]]{0,2}|ай(?:дан|да)?|شهرين|شهر|اشهر|شهور';
  said constant text := deadline_in.folded;
  today constant date := deadline_in.today;
  found text[];
  count integer;
  weekday integer;
  result date := private.written_date_in(said, today);
begin
  if result is not null then
    return result;
  end if;
  found := coalesce(
    regexp_match(said, '(?<![[:alpha:]])(?:in|within|через|за|в течение|спустя|بعد|خلال|في غضون) (?:the next )?(?:(' || numbers || ') )?(' || days || '|' || weeks || '|' || months || ')(?![[:alpha:]])'),
    regexp_match(said, '(?<![[:alnum:]])(?:(' || numbers || ') ?)?(кун[[:alpha:]]{0,5}|апта[[:alpha:]]{0,5}|ай(?:дан|да)?) (?:кейин|сон|ишинде)(?![[:alpha:]])')
  );
  if found is not null then
    count := private.small_number(found[1]) * case when found[2] ~ 'ين$' then 2 else 1 end;
    return case
      when found[2] ~ ('^(' || days || ')$') then today + count
      when found[2] ~ ('^(' || weeks || ')$') then today + 7 * count
      when count <= 120 then (today + make_interval(months => count))::date
    end;
  end if;
  if said ~ '(?<![[:alpha:]])(day after tomorrow|послезавтра|бурсигуни|بعد غد|بعد بكره|بعد بكرا)(?![[:alpha:]])' then
    return today + 2;
  elsif said ~ '(?<![[:alpha:]])(tomorrow|завтра|ертен|غدا|بكره|بكرا)(?![[:alpha:]])' then
    return today + 1;
  elsif said ~ '(?<![[:alpha:]])(today|tonight|сегодня|бугин|اليوم|الليله)(?![[:alpha:]])' then
    return today;
  elsif said ~ '(next week|на следующей неделе|до следующей недели|келеси апта|الاسبوع القادم|الاسبوع المقبل)' then
    return date_trunc('week', today)::date + 13;
  elsif said ~ '(end of (the |this )?week|weekend|конца недели|концу недели|выходны|апта(нын)? сонына|демалыс|نهايه الاسبوع)' then
    return date_trunc('week', today)::date + 6;
  elsif said ~ '(next month|в следующем месяце|келеси ай|الشهر القادم|الشهر المقبل)' then
    return (date_trunc('month', today) + interval '2 months - 1 day')::date;
  elsif said ~ '(end of (the |this )?month|конца месяца|концу месяца|ай(дын)? сонына|نهايه الشهر|اخر الشهر)' then
    return (date_trunc('month', today) + interval '1 month - 1 day')::date;
  end if;
  -- What is done every Monday is not due on one.
  select w.number into weekday
  from (values
    (1, 'mon(?:day)?|понедельник[ау]?|дуйсенби[[:alpha:]]{0,3}|الاثنين'), (2, 'tue(?:s|sday)?|вторник[ау]?|сейсенби[[:alpha:]]{0,3}|الثلاثاء'),
    (3, 'wed(?:nesday)?|сред[уые]|сарсенби[[:alpha:]]{0,3}|الاربعاء'), (4, 'thu(?:rs|rsday)?|четверг[ау]?|бейсенби[[:alpha:]]{0,3}|الخميس'),
    (5, 'fri(?:day)?|пятниц[уые]|жума(?:га|да)?|الجمعه'), (6, 'sat(?:urday)?|суббот[уые]|сенби[[:alpha:]]{0,3}|السبت'),
    (7, 'sun(?:day)?|воскресень[яею]|жексенби[[:alpha:]]{0,3}|الاحد')
  ) as w (number, names)
  where said ~ ('(?<![[:alpha:]])(?:by|before|until|till|on|next|this|due|до|к|в|во|قبل|حتي|يوم) (?:следующ[[:alpha:]]{2,3} )?(?:' || w.names || ')(?![[:alpha:]])')
    or (w.number is not null and said ~ ('(?<![[:alpha:]])(?:' || w.names || ') ?(?:куни|дейин|курсанда)(?![[:alpha:]])'))
  order by w.number
  limit 1;
  return today + (weekday - extract(isodow from today)::integer + 6) % 7 + 1;
end;
$$;
comment on function private.deadline_in is 'The day until which a folded text wants something done, seen from today; never one that is over.';
