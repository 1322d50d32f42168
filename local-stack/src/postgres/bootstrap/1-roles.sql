-- The roles of a hosted Supabase project. Roles belong to the cluster and databases are many: this file may run again.

do $$
declare
  role_name text;
begin
  foreach role_name in array array[
    'anon', 'authenticated', 'service_role', 'authenticator', 'postgres', 'dashboard_user', 'pgbouncer',
    'supabase_auth_admin', 'supabase_storage_admin', 'supabase_realtime_admin', 'supabase_functions_admin',
    'supabase_replication_admin', 'supabase_read_only_user'
  ] loop
    if to_regrole(role_name) is null then
      execute format('create role %I', role_name);
    end if;
  end loop;
end
$$;

alter role anon nologin inherit;
alter role authenticated nologin inherit;
alter role service_role nologin inherit bypassrls;
alter role authenticator login noinherit;
alter role postgres login nosuperuser createdb createrole replication bypassrls;
alter role dashboard_user nologin createdb createrole replication;
alter role pgbouncer login;
alter role supabase_auth_admin login noinherit createrole;
alter role supabase_storage_admin login noinherit createrole;
alter role supabase_realtime_admin nologin noinherit;
alter role supabase_functions_admin login noinherit createrole;
alter role supabase_replication_admin login replication;
alter role supabase_read_only_user login bypassrls;

grant anon, authenticated, service_role to authenticator;
grant authenticator to supabase_storage_admin;
grant pg_read_all_data to supabase_read_only_user;
alter role supabase_read_only_user set default_transaction_read_only = on;

-- What postgres may do without being a superuser.
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend, pg_create_subscription to postgres;
-- Hosted lets postgres write triggers and policies on the services' tables through an extension that is not packaged.
-- Here it is a member of their owners, and 5-refusals.sql takes away what is too much.
grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin to postgres;

do $$
declare
  parameter_name text;
begin
  foreach parameter_name in array array[
    'session_replication_role', 'log_min_messages', 'log_lock_waits', 'track_io_timing',
    'pgrst.db_schemas', 'pgrst.db_extra_search_path', 'pgrst.db_max_rows', 'pgrst.db_pre_request',
    'pgrst.db_aggregates_enabled', 'pgrst.db_plan_enabled', 'pgrst.db_root_spec', 'pgrst.db_tx_end',
    'pgrst.db_hoisted_tx_settings', 'pgrst.db_prepared_statements', 'pgrst.jwt_aud', 'pgrst.jwt_role_claim_key',
    'pgrst.jwt_secret', 'pgrst.openapi_mode', 'pgrst.openapi_security_active', 'pgrst.openapi_server_proxy_uri',
    'pgrst.server_cors_allowed_origins', 'pgrst.server_trace_header'
  ] loop
    execute format('grant set on parameter %s to postgres', parameter_name);
  end loop;
end
$$;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';

alter role supabase_admin set search_path = "$user", public, auth, extensions;
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;
