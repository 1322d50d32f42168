import { commonOptions, dataFolderOf, readArguments } from './arguments.ts'
import { deleteDataFolder } from './data-folder.ts'
import { runCommand } from './run-command.ts'

await runCommand(async () => {
  const options = readArguments(commonOptions, 'npm run reset -- [--data <folder>] [--debug]')
  const folder = dataFolderOf(options.data)
  const deleted = deleteDataFolder(folder)
  console.log(
    deleted
      ? `Deleted ${folder} with its database, files and keys; the next npm start makes new ones.`
      : `Nothing to delete: ${folder} does not exist.`,
  )
  return 0
})
