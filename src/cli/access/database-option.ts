/** The database that a command works on: that of a data folder, or any PostgreSQL. See docs/reference/command-line.md */
import { type Command, Option } from 'commander';
import { connect, migrate, type Sql } from '../../store/connect.ts';
import { openDatabase } from '../serve.ts';

export interface DatabaseOptions {
  data: string;
  database?: string;
}

export function withDatabase(command: Command): Command {
  return command
    .addOption(new Option('--data <folder>', 'data folder of the server').env('FAIRWAY_DATA').default('.fairway'))
    .addOption(
      new Option('--database <url>', 'its PostgreSQL, where that is not the embedded one').env('FAIRWAY_DATABASE_URL'),
    );
}

/** Runs `work` on the database; a server may be running on it meanwhile. */
export async function onDatabase<T>(options: DatabaseOptions, work: (sql: Sql) => Promise<T>): Promise<T> {
  const database = await openDatabase(options);
  const sql = connect(database.address, { connections: 1, name: 'fairway-access' });
  try {
    await migrate(sql);
    return await work(sql);
  } finally {
    await sql.end();
    await database.close();
  }
}
