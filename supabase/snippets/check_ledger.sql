-- Replays the whole ledger: no row when every balance is the sum of its entries and every currency sums to zero.
select * from private.check_ledger();

-- What everybody has, by kind and currency; issuance and revenue are the platform's own.
select a.kind, a.currency, count(distinct a.id) as accounts, coalesce(sum(e.amount), 0) as total
from private.ledger_accounts as a
left join private.ledger_entries as e on e.ledger_account_id = a.id
group by a.kind, a.currency
order by a.currency, a.kind;
