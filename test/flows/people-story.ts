import { addressOf, device, jpeg, run, signUp } from './people.ts'
import type { DemoStack } from './stack.ts'
import { expectEqual, must, mustFail, type Story } from './story.ts'

/** A model builds her profile with photos, and an agency takes her on. */
export async function tellPeopleStory(stack: DemoStack, { step }: Story): Promise<void> {
  const visitor = device(stack)

  const [saule, steppe] = await step(
    'Saule, a model, and an agency sign up',
    () => Promise.all([signUp(stack, 'saule', 'model'), signUp(stack, 'steppe', 'agency')]),
    (people) => people.map(({ name }) => name).join(', '),
  )
  const profile = await step(
    'Saule fills in her profile; every wrong field is named at once',
    async () => {
      const face = { name: `Saule ${run}`, birth_date: '2001-06-01', gender: 'female', city: 'Almaty' } as const
      const refusal = await mustFail(
        saule.tb.models.create({ ...face, height: 17, waist: 620, categories: ['fashon'] }),
        'validation_failed',
      )
      expectEqual(Object.keys(refusal.fields ?? {}).sort(), ['height', 'waist'], 'fields that the SDK refuses')
      await mustFail(saule.tb.models.create({ ...face, categories: ['fashon'] }), 'validation_failed')
      await must(saule.tb.models.create({ ...face, height: 176, waist: 62, categories: ['fashion', 'editorial'] }))
      return must(saule.tb.models.mine())
    },
    ({ completeness }) => `${completeness} % complete`,
  )
  await step(
    'She adds more, work experience and photos, which she puts in order',
    async () => {
      await must(
        saule.tb.models.update({
          bio: 'Editorial and runway, four years.',
          country: 'Kazakhstan',
          experience: 'experienced',
          languages: ['Kazakh', 'Russian', 'English'],
          can_travel: true,
          hourly_rate: 1_500_000,
        }),
      )
      await must(
        saule.tb.models.addWorkExperience({ company: 'Silk Road Week', position: 'Runway', start_date: '2022-03-01' }),
      )
      const photos = []
      for (const colour of ['#c8a', '#a8c', '#ac8']) photos.push(await must(saule.tb.photos.upload(await jpeg(colour))))
      const [first, second, third] = photos.map(({ id }) => id) as [string, string, string]
      await must(saule.tb.photos.reorder([third, first, second]))
      await must(saule.tb.photos.update(third, { is_main: true }))
      await mustFail(saule.tb.photos.reorder([third, first]), 'validation_failed')
      return must(visitor.models.get(profile.id))
    },
    ({ completeness, photos }) => `${completeness} % complete, ${photos.length} photos`,
  )
  await step(
    'A visitor finds her by what she is; her birth date is nowhere',
    async () => {
      const filters = { gender: 'female', min_height: 175, category: 'editorial', search: run } as const
      const { items } = await must(visitor.models.list(filters))
      expectEqual(
        items.map(({ id }) => id),
        [profile.id],
        'models found',
      )
      expectEqual(
        JSON.stringify(await must(visitor.models.get(profile.id))).includes('2001-06-01'),
        false,
        'birth date',
      )
      const thumbnail = await fetch(items[0]!.main_photo_thumbnail!)
      return `${items[0]!.name}, ${items[0]!.age}; thumbnail ${thumbnail.headers.get('content-length')} bytes`
    },
    (seen) => seen,
  )
  await step('She makes it a profile by link: lists lose it, the link finds it', async () => {
    await must(saule.tb.models.update({ visibility: 'link' }))
    expectEqual((await must(visitor.models.list({ search: run }))).items, [], 'models found')
    await must(visitor.models.get(profile.id))
    await mustFail(visitor.models.get(profile.account_id), 'not_found')
    await must(saule.tb.models.update({ visibility: 'public' }))
  })

  const agency = await step(
    'The agency founds its organization and invites a booker by mail address; only that address can accept',
    async () => {
      await must(steppe.tb.employers.create({ company_name: `Steppe Agency ${run}` }))
      const made = await must(steppe.tb.organizations.create({ kind: 'agency', name: `Steppe Agency ${run}` }))
      const booker = await signUp(stack, 'booker', 'agency')
      const invitation = await must(steppe.tb.organizations.invite(made.id, addressOf('booker')))
      await mustFail(saule.tb.organizations.acceptInvitation(invitation.id), 'not_found')
      await must(booker.tb.organizations.acceptInvitation(invitation.id))
      return { id: made.id, booker: booker.tb, members: await must(steppe.tb.organizations.listMembers(made.id)) }
    },
    ({ members }) => members.map(({ username, role }) => `${username}: ${role}`).join(', '),
  )
  const representation = await step(
    'It asks Saule to be represented; until she agrees it may do nothing for her',
    async () => {
      const asked = await must(
        steppe.tb.representations.invite({
          organization_id: agency.id,
          model_id: profile.account_id,
          message: 'Join us?',
        }),
      )
      const change = { bio: 'Not agreed.' }
      await mustFail(agency.booker.models.update(change, { account_id: profile.account_id }), 'not_found')
      return asked
    },
  )
  await step(
    'She accepts; the booker edits her profile, and everybody sees who represents her',
    async () => {
      await must(saule.tb.representations.accept(representation.id))
      await must(agency.booker.models.update({ bio: 'Represented by Steppe.' }, { account_id: profile.account_id }))
      return must(visitor.models.get(profile.id))
    },
    ({ bio, agencies }) => `“${bio}” ${agencies[0]!.name}`,
  )
  await step(
    'A brand posts a casting; the booker responds for Saule, on the agency’s quota',
    async () => {
      const brand = await signUp(stack, 'brand', 'agency')
      const casting = await must(
        brand.tb.castings.create({ title: 'A brand’s lookbook', description: 'One day.', category: 'fashion' }),
      )
      await must(brand.tb.castings.setStatus(casting.id, 'active'))
      await must(agency.booker.castings.respond(casting.id, { model_id: profile.account_id, message: 'For Saule.' }))
      await mustFail(saule.tb.castings.respond(casting.id), 'duplicate')
      const sent = async (tb: typeof visitor) => (await must(tb.subscriptions.current())).usage.responses_sent
      expectEqual([await sent(steppe.tb), await sent(saule.tb)], [1, 0], 'responses used by agency and model')
      const [response] = (await must(brand.tb.responses.listForCasting(casting.id))).items
      return response!.applicant.name
    },
    (name) => `the brand sees ${name}`,
  )
  await step('She ends it; from that moment the agency may do nothing for her', async () => {
    await must(saule.tb.representations.end(representation.id))
    await mustFail(agency.booker.models.update({ bio: 'Still here?' }, { account_id: profile.account_id }), 'not_found')
    expectEqual((await must(visitor.models.get(profile.id))).agencies, [], 'agencies')
  })
}
