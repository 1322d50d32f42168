-- Runs last. Membership in the services' owners (1-roles.sql) gives postgres more than hosted does: these triggers
-- refuse the rest in hosted's words. What stays allowed on the services' tables are triggers and policies.

create function extensions.refuse_platform_ddl() returns event_trigger
language plpgsql
set search_path = ''
as $$
declare
  refusal text;
begin
  if
    session_user in ('supabase_auth_admin', 'supabase_storage_admin')
    or exists (
      select from pg_catalog.pg_roles where rolname in (session_user, current_user) and rolsuper
    )
  then
    return;
  end if;

  if tg_event = 'sql_drop' then
    select pg_catalog.format('must be owner of %s %s', dropped.object_type, names.plain)
    into refusal
    from pg_catalog.pg_event_trigger_dropped_objects() as dropped
    cross join lateral (
      select pg_catalog.regexp_replace(dropped.object_identity, '^\w+\.|\(.*$', '', 'g') as plain
    ) as names
    where
      dropped.original
      and dropped.schema_name in ('auth', 'storage', 'realtime')
      and dropped.object_type not in ('trigger', 'policy');
  else
    select
      case
        when command.object_type = 'index' then
          'must be owner of table ' || (
            select relation.relname
            from pg_catalog.pg_index as index
            join pg_catalog.pg_class as relation on relation.oid = index.indrelid
            where index.indexrelid = command.objid
          )
        when command.command_tag like 'CREATE %' and command.schema_name is not null then
          'permission denied for schema ' || command.schema_name
        else
          pg_catalog.format(
            'must be owner of %s %s',
            command.object_type,
            pg_catalog.regexp_replace(command.object_identity, '^.*(auth|storage|realtime)\.|\(.*$', '', 'g')
          )
      end
    into refusal
    from pg_catalog.pg_event_trigger_ddl_commands() as command
    where
      command.object_type not in ('trigger', 'policy')
      and (
        command.schema_name in ('auth', 'storage', 'realtime')
        or command.object_type = 'rule' and command.object_identity ~ ' on (auth|storage|realtime)\.'
      );
  end if;

  if refusal is not null then
    raise exception '%', refusal using errcode = 'insufficient_privilege';
  end if;
end
$$;

create event trigger refuse_platform_ddl on ddl_command_end execute function extensions.refuse_platform_ddl();
create event trigger refuse_platform_drop on sql_drop execute function extensions.refuse_platform_ddl();
