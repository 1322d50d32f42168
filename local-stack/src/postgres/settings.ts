/** Postgres settings, as `-c` arguments so that a kept data folder follows them too. */
export function settingArguments(temporary: boolean): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    // A laptop's share: the whole idle stack stays below 600 MB.
    shared_buffers: '64MB',
    max_connections: '100',
    max_wal_size: '256MB',
    'pg_stat_statements.max': '1000',
    // As hosted Supabase sets them.
    shared_preload_libraries: 'pg_stat_statements',
    timezone: 'UTC',
    log_timezone: 'UTC',
    wal_level: 'logical',
    search_path: '"$user", public, extensions',
    jit: 'off',
    lc_messages: 'C',
    log_min_messages: 'warning',
  }
  if (temporary) {
    Object.assign(settings, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_init_zero: 'off' })
    // Races are run by hundreds.
    settings.max_connections = '300'
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
