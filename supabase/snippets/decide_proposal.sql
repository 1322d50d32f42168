-- Puts a proposed word into the catalog and tells who proposed it. A slug is made of the name; a name without Latin letters, or
-- whose slug another word has, needs one. To say no: select private.reject_proposal('…', 'reason that they read');
-- Pending ones: select id, type, name, parent, note, created_at from public.catalog_proposals where status = 'pending' order by created_at;
select private.approve_proposal('00000000-0000-0000-0000-000000000000', slug => null);
