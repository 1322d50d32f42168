import type { Locale } from '../errors/messages/index.ts'

interface WalletTexts {
  /** A candidate's name follows where it is known. */
  unlock: string
  unlock_refund: string
  escrow_funding: string
  escrow_release: string
  escrow_refund: string
  purchase: string
  purchase_refund: string
  payment: string
  payment_refund: string
  withdrawal: string
  withdrawal_return: string
  /** For whatever else came in, or went out: credits, or money. */
  credit: string
  debit: string
  money_in: string
  money_out: string
}

export const walletTexts: Record<Locale, WalletTexts> = {
  en: {
    unlock: 'Candidate unlocked',
    unlock_refund: 'Unlock refunded',
    escrow_funding: 'Paid in for work',
    escrow_release: 'Paid for work',
    escrow_refund: 'Money for work given back',
    purchase: 'Credits bought',
    purchase_refund: 'Bought credits refunded',
    payment: 'Payment',
    payment_refund: 'Payment refunded',
    withdrawal: 'Withdrawal',
    withdrawal_return: 'Withdrawal returned',
    credit: 'Credits added',
    debit: 'Credits taken',
    money_in: 'Money received',
    money_out: 'Money taken',
  },
  ru: {
    unlock: 'Открыты контакты кандидата',
    unlock_refund: 'Возврат за открытие контактов',
    escrow_funding: 'Внесено за работу',
    escrow_release: 'Оплата за работу',
    escrow_refund: 'Возврат внесённого за работу',
    purchase: 'Покупка кредитов',
    purchase_refund: 'Возврат за кредиты',
    payment: 'Платёж',
    payment_refund: 'Возврат платежа',
    withdrawal: 'Вывод средств',
    withdrawal_return: 'Возврат выведенных средств',
    credit: 'Кредиты начислены',
    debit: 'Кредиты списаны',
    money_in: 'Деньги зачислены',
    money_out: 'Деньги списаны',
  },
  kk: {
    unlock: 'Кандидаттың байланысы ашылды',
    unlock_refund: 'Байланысты ашу кредиттері қайтарылды',
    escrow_funding: 'Жұмыс үшін енгізілді',
    escrow_release: 'Жұмыс үшін төленді',
    escrow_refund: 'Жұмыс үшін енгізілген ақша қайтарылды',
    purchase: 'Кредиттер сатып алынды',
    purchase_refund: 'Сатып алынған кредиттер қайтарылды',
    payment: 'Төлем',
    payment_refund: 'Төлем қайтарылды',
    withdrawal: 'Ақша шығару',
    withdrawal_return: 'Шығарылған ақша қайтты',
    credit: 'Кредиттер қосылды',
    debit: 'Кредиттер алынды',
    money_in: 'Ақша түсті',
    money_out: 'Ақша алынды',
  },
}
