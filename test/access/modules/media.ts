import type { ModuleAccess } from '../../access.ts'
import { inPrivate, ownFolders } from '../declare.ts'

const images = ['image/jpeg', 'image/png', 'image/webp']
const videos = ['video/mp4', 'video/quicktime']
const pdf = 'application/pdf'

export const media: ModuleAccess = {
  privateTables: ['folders', 'folder_writers'],
  functions: {
    'anon, authenticated, service_role': inPrivate('own_folders()', 'is_plain_path(text)', 'fits_bucket(text,jsonb)'),
    nobody: inPrivate(
      'own_buckets()',
      'folders_of(uuid)',
      'folder_owner(text,text)',
      'forget_folder()',
      'guard_object()',
      'clear_avatar()',
    ),
  },
  buckets: {
    avatars: ownFolders('public', 10, images),
    photos: ownFolders('public', 10, images, { keepers: ['agency'] }),
    portfolio: ownFolders('public', 50, [...images, ...videos]),
    banners: ownFolders('public', 10, images),
    cards: ownFolders('public', 10, images),
    resumes: ownFolders('private', 10, [pdf], { readers: ['recruiter'] }),
    videos: ownFolders('private', 50, videos, { readers: ['recruiter'] }),
    deliveries: ownFolders('private', 50, [...images, pdf, ...videos, 'application/zip']),
    attachments: ownFolders('private', 10, [...images, pdf]),
    documents: ownFolders('private', 10, [...images, pdf]),
  },
  servicePolicies: {
    'storage.objects': ['insert_owner', 'update_owner', 'delete_owner'],
  },
}
