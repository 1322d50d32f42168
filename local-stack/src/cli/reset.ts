import { placeOutside } from '../postgres/place.ts'
import { commonOptions, dataFolderOf, readArguments } from './arguments.ts'
import { deleteDataFolder } from './data-folder.ts'
import { runCommand } from './run-command.ts'

await runCommand(async () => {
  const options = readArguments(commonOptions, 'npm run reset -- [--data <folder>] [--debug]')
  const folder = dataFolderOf(options.data)
  const outside = placeOutside(folder)
  const deleted = deleteDataFolder(folder)
  console.log(
    deleted
      ? `Deleted ${folder} with its database${outside === undefined ? '' : ` in ${outside}`}, files and keys; the next npm start makes new ones.`
      : `Nothing to delete: ${folder} does not exist.`,
  )
  return 0
})
