-- Every setting with its meaning. Change one in the table editor (schema private, table settings) or like this:
-- update private.settings set value = '200' where key = 'rate_limits.writes_per_minute';
select key, value, description, updated_at
from private.settings
order by key;
