import type { Locale } from '../errors/messages/index.ts'

interface WalletTexts {
  /** A candidate's name follows where it is known. */
  unlock: string
  unlock_refund: string
  /** For whatever else came in, or went out. */
  credit: string
  debit: string
}

export const walletTexts: Record<Locale, WalletTexts> = {
  en: {
    unlock: 'Candidate unlocked',
    unlock_refund: 'Unlock refunded',
    credit: 'Credits added',
    debit: 'Credits taken',
  },
  ru: {
    unlock: 'Открыты контакты кандидата',
    unlock_refund: 'Возврат за открытие контактов',
    credit: 'Кредиты начислены',
    debit: 'Кредиты списаны',
  },
  kk: {
    unlock: 'Кандидаттың байланысы ашылды',
    unlock_refund: 'Байланысты ашу кредиттері қайтарылды',
    credit: 'Кредиттер қосылды',
    debit: 'Кредиттер алынды',
  },
}
