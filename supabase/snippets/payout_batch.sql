-- Withdrawals that are paid by hand. First: all that wait in a currency become a batch, and can be cancelled no more. Answers its id.
select private.start_payout_batch('KZT');

-- The list for the bank, amounts in major units; "Export" in Studio saves it as CSV.
select * from private.payout_batch('00000000-0000-0000-0000-000000000000');

-- What the bank refused, each by itself: the money is back in the wallet, and its owner is told.
select private.end_withdrawal('00000000-0000-0000-0000-000000000000', false, reason => 'reason');

-- Then: all the others were paid.
select private.end_payout_batch('00000000-0000-0000-0000-000000000000');
