import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requireCurrency, toDecimal, toMinor } from '../../edge-functions/_shared/payments/amounts.ts'
import { payment } from './payment-host.ts'

describe('amounts', () => {
  test.each([
    ['5000', 500_000],
    ['5000.0', 500_000],
    ['5000.00', 500_000],
    ['5000.000000', 500_000],
    ['0.01', 1],
    ['0', 0],
    ['0.29', 29],
    ['1.10', 110],
    ['9999999999999.99', 999_999_999_999_999],
  ])('%s are %i minor units', (text, amount) => {
    expect(toMinor(text, 2)).toBe(amount)
  })

  test.each([
    '99999999999999.99',
    '5000.001',
    '-1',
    '+1',
    '1e3',
    '1.',
    '.5',
    '1,5',
    ' 1',
    '1 ',
    '1\n',
    '',
    'NaN',
    'Infinity',
    '0x1',
    '１',
    '1.0000000000000000',
  ])('%j is no amount', (text) => {
    expect(toMinor(text, 2)).toBeNull()
  })

  test('other currencies have other digits', () => {
    expect([toMinor('500', 0), toMinor('500.00', 0), toMinor('500.5', 0), toMinor('1.234', 3)]).toEqual([
      500,
      500,
      null,
      1_234,
    ])
    expect([toDecimal(500, 0), toDecimal(5, 2), toDecimal(0, 2), toDecimal(1_234, 3)]).toEqual([
      '500',
      '0.05',
      '0.00',
      '1.234',
    ])
    expect(() => toDecimal(0.5, 2)).toThrow()
    expect(() => toDecimal(-5, 2)).toThrow()
  })

  test('every amount is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999_999 }),
        fc.integer({ min: 0, max: 4 }),
        (amount, digits) => {
          expect(toMinor(toDecimal(amount, digits), digits)).toBe(amount)
        },
      ),
    )
  })

  test('whatever is read is a whole number of minor units', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.-+eE') }), (text) => {
        const amount = toMinor(text, 2)
        if (amount !== null) expect(Number(text) * 100).toBeCloseTo(amount, 1)
      }),
    )
  })

  test('a currency that is not known, or counted in another way, is refused', () => {
    const refusal = expect.objectContaining({
      status: 400,
      code: 'validation_failed',
      details: { fields: { provider: 'known' } },
    })
    const refuse = (changes: object, taken: string[] | null) => () => requireCurrency(payment(changes), taken)
    expect(refuse({}, null)).not.toThrow()
    expect(refuse({}, ['KZT'])).not.toThrow()
    expect(refuse({}, ['RUB'])).toThrow(refusal)
    expect(refuse({ currency: 'JPY' }, null)).toThrow(refusal)
    expect(refuse({ currency: 'JPY', minor_units: 0 }, null)).toThrow(refusal)
    expect(refuse({ minor_units: 0 }, null)).toThrow(refusal)
  })
})
