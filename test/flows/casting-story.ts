import { setTimeout as sleep } from 'node:timers/promises'
import type { Casting, Notification, Talentbase } from '@talentbase/sdk'
import { addressOf, device, jpeg, run, signUp } from './people.ts'
import { type DemoStack, readCode } from './stack.ts'
import { expectEqual, must, mustFail, type Story } from './story.ts'

/** An agency finds models: from sign-up to the accepted response that arrives live. */
export async function tellCastingStory(stack: DemoStack, { step }: Story): Promise<void> {
  const visitor = device(stack)
  const agency = device(stack)

  await step('An agency asks for a code by mail, reads it and signs in', async () => {
    const email = addressOf('agency')
    await must(agency.auth.sendCode({ email }))
    await mustFail(agency.auth.verifyCode({ email, code: '00000000' }), 'code_invalid')
    await must(agency.auth.verifyCode({ email, code: await readCode(stack, email) }))
  })
  await step(
    'It chooses a username, a password and its role, and makes a profile',
    async () => {
      const password = 'correct horse'
      await must(agency.auth.completeSignUp({ username: `agency_${run}`, password, confirm_password: password }))
      await must(agency.accounts.addRole('agency'))
      await mustFail(agency.accounts.addRole('model'), 'role_conflict')
      await must(agency.employers.create({ company_name: 'Steppe Agency', city: 'Almaty', country: 'Kazakhstan' }))
      return must(agency.accounts.me())
    },
    (me) => `${me.username}, ${me.role}, plan ${me.subscription.plan}`,
  )

  const models = await step(
    'Three models sign up with a password and confirm their addresses with the codes mailed to them',
    () =>
      Promise.all([signUp(stack, 'aisha', 'model'), signUp(stack, 'dana', 'model'), signUp(stack, 'timur', 'model')]),
    (people) => people.map(({ name }) => name).join(', '),
  )
  const [aisha, dana, timur] = models

  await step('Aisha signs in by her username on another device', async () => {
    const phone = device(stack)
    await mustFail(phone.auth.signIn({ username: `aisha_${run}`, password: 'wrong password' }), 'invalid_credentials')
    await must(phone.auth.signIn({ username: `aisha_${run}`, password: 'correct horse' }))
  })
  await step(
    'She makes her profile with a photo',
    async () => {
      const birth_date = '2002-03-21'
      await must(
        aisha.tb.models.create({ name: 'Aisha N.', birth_date, gender: 'female', height: 175, city: 'Almaty' }),
      )
      return must(aisha.tb.photos.upload(await jpeg('#c8a')))
    },
    (photo) => `${photo.is_main ? 'main photo' : 'photo'} at ${new URL(photo.url).pathname}`,
  )

  const castings = await step(
    'The agency posts four castings',
    async () => {
      const made: Casting[] = []
      for (const title of ['Editorial shoot', 'Runway show', 'Commercial', 'Lookbook']) {
        const casting = await must(
          agency.castings.create({
            title: `${title} ${run}`,
            description: 'Two days in the studio, outfits provided.',
            category: 'fashion',
            city: 'Almaty',
            pay_min: 5_000_000,
            pay_max: 10_000_000,
            models_needed: 1,
            requirements: { gender: 'female', min_age: 18, max_age: 30 },
          }),
        )
        expectEqual((await idsSeenBy(visitor)).length, made.length, 'castings a visitor sees while one is a draft')
        made.push(await must(agency.castings.setStatus(casting.id, 'active')))
      }
      expectEqual((await idsSeenBy(visitor)).length, 4, 'castings a visitor sees')
      return made
    },
    (made) => made.map(({ title }) => title).join(', '),
  )

  const heard: Notification[] = []
  const listening = await step('Aisha listens for notifications', () =>
    must(aisha.tb.notifications.subscribe((notification) => heard.push(notification))),
  )

  await step(
    'She responds until her plan’s responses of the month are used up',
    async () => {
      for (const casting of castings.slice(0, 3)) {
        await must(
          aisha.tb.castings.respond(casting.id, {
            message: 'I would love to.',
            portfolio_links: ['https://example.com/aisha'],
          }),
        )
      }
      await mustFail(aisha.tb.castings.respond(castings[0]!.id), 'duplicate')
      const refusal = await mustFail(aisha.tb.castings.respond(castings[3]!.id), 'quota_exceeded')
      const { responses_sent, responses_limit } = (await must(aisha.tb.subscriptions.current())).usage
      expectEqual([responses_sent, responses_limit], [3, 3], 'responses sent and their limit')
      return refusal
    },
    (refusal) => `${refusal.code}: ${refusal.message}`,
  )
  await step('Dana and Timur respond to the first one too', async () => {
    await Promise.all([dana, timur].map(({ tb }) => must(tb.castings.respond(castings[0]!.id))))
  })

  const response = await step(
    'The agency reads the responses with their cards',
    async () => {
      const { items } = await must(agency.responses.listForCasting(castings[0]!.id))
      expectEqual(items.length, 3, 'responses')
      await mustFail(dana.tb.responses.listForCasting(castings[0]!.id), 'not_found')
      return items.find(({ applicant }) => applicant.name === 'Aisha N.')!
    },
    ({ applicant }) => `${applicant.name}, ${applicant.age}, ${applicant.height} cm, ${applicant.city}`,
  )
  await step(
    'It shortlists Aisha and accepts her; her device is told live',
    async () => {
      await must(agency.responses.setStatus(response.id, 'shortlisted'))
      await must(agency.responses.setStatus(response.id, 'accepted'))
      for (let tries = 0; heard.length < 2 && tries < 100; tries += 1) await sleep(50)
      expectEqual(
        heard.map(({ data }) => data.status),
        ['shortlisted', 'accepted'],
        'notifications heard',
      )
      return heard
    },
    (notifications) => notifications.map(({ title, message }) => `${title}: ${message}`).join(' / '),
  )
  await step('The casting has the model it needs and takes no more', async () => {
    const other = (await must(agency.responses.listForCasting(castings[0]!.id))).items.find(
      ({ id }) => id !== response.id,
    )!
    await mustFail(agency.responses.setStatus(other.id, 'accepted'), 'casting_full')
    expectEqual((await must(visitor.castings.get(castings[0]!.id))).is_open, false, 'is_open')
  })
  await step(
    'The agency reads its own notifications',
    async () => {
      const marked = await must(agency.notifications.markAllRead())
      expectEqual((await must(agency.notifications.count())).unread, 0, 'unread')
      return marked
    },
    ({ marked }) => `${marked} marked as read`,
  )
  await step('Timur deletes his account; his response is gone, the count is right', async () => {
    await mustFail(timur.tb.accounts.delete({ password: 'wrong password' }), 'invalid_credentials')
    await must(timur.tb.accounts.delete({ password: 'correct horse' }))
    expectEqual((await must(visitor.castings.get(castings[0]!.id))).responses_count, 2, 'responses_count')
  })
  await listening.unsubscribe()

  async function idsSeenBy(tb: Talentbase): Promise<string[]> {
    return (await must(tb.castings.list({ search: run }))).items.map(({ id }) => id)
  }
}
