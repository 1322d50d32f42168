import type { NotificationTexts } from './types.ts'

export const ru: NotificationTexts = {
  types: {
    general: { title: 'Новости', message: 'Для вас есть новости.' },
    new_message: { title: 'Новое сообщение', message: 'Вам пришло сообщение.' },
    new_casting: { title: 'Новый кастинг', message: 'Подходящий вам кастинг: {casting}.' },
    new_response: { title: 'Новый отклик', message: 'Новый отклик модели: {casting}.' },
    casting_reminder: { title: 'Скоро съёмка', message: 'До съёмки осталось меньше суток: {casting}.' },
    profile_reminder: {
      title: 'Заполните профиль',
      message: 'Ваш профиль ещё не заполнен. Заполните его, чтобы вас нашли.',
    },
    subscription_expired: { title: 'Подписка закончилась', message: 'Ваша подписка закончилась.' },
    follow_up_due: { title: 'Пора вернуться к кандидату', message: 'Наступило запланированное время: {candidate}.' },
  },
  statuses: {
    organization_invitation: {
      pending: { title: 'Приглашение', message: 'Организация приглашает вас.' },
      accepted: { title: 'Приглашение принято', message: 'Ваше приглашение приняли.' },
      declined: { title: 'Приглашение отклонено', message: 'Ваше приглашение отклонили.' },
    },
    representation: {
      invited: { title: 'Запрос агентства', message: 'Агентство хочет представлять вас.' },
      active: { title: 'Представительство согласовано', message: 'Теперь ваше агентство представляет модель.' },
      declined: {
        title: 'Представительство отклонено',
        message: 'Модель отказалась от представительства вашего агентства.',
      },
      ended: { title: 'Представительство завершено', message: 'Представительство завершено.' },
    },
    verification: {
      verified: { title: 'Профиль подтверждён', message: 'Ваш профиль подтверждён.' },
      approved: { title: 'Профиль одобрен', message: 'Ваш профиль одобрен: теперь вас видят рекрутеры.' },
      rejected: { title: 'Профиль не подтверждён', message: 'Ваш профиль отклонён. Причина указана в профиле.' },
    },
    report_decided: {
      resolved: { title: 'Жалоба рассмотрена', message: 'По вашей жалобе приняты меры.' },
      dismissed: { title: 'Жалоба закрыта', message: 'Ваша жалоба рассмотрена, меры не потребовались.' },
    },
    proposal_decided: {
      approved: { title: 'Предложение принято', message: 'Предложенное вами слово добавлено в каталог.' },
      rejected: { title: 'Предложение отклонено', message: 'Предложенное вами слово не добавлено.' },
    },
    candidate_unlock: {
      unlocked: { title: 'Контакты открыты', message: 'Вы открыли контакты: {candidate}.' },
      refunded: { title: 'Кредиты возвращены', message: 'Кредиты за открытие контактов возвращены: {candidate}.' },
    },
    wallet_recharge: {
      added: { title: 'Кредиты начислены', message: 'На ваш счёт поступили кредиты.' },
      taken: { title: 'Кредиты списаны', message: 'С вашего счёта списаны кредиты. Причина указана в истории.' },
    },
    subscription_status: {
      active: { title: 'Подписка одобрена', message: 'Ваша подписка началась.' },
      scheduled: { title: 'Подписка запланирована', message: 'Ваша подписка начнётся, когда закончится нынешняя.' },
      rejected: { title: 'Подписка отклонена', message: 'Ваша подписка отклонена. Причина указана на её странице.' },
      ended: { title: 'Подписка завершена', message: 'Администратор завершил вашу подписку.' },
    },
    subscription_warning: {
      warning: { title: 'Подписка скоро закончится', message: 'Ваша подписка закончится в течение недели.' },
      critical: { title: 'Подписка почти закончилась', message: 'До конца вашей подписки меньше трёх дней.' },
    },
  },
  response: {
    pending: { title: 'Отклик снова рассматривается', message: 'Ваш отклик снова рассматривается: {casting}.' },
    viewed: { title: 'Отклик просмотрен', message: 'Ваш отклик просмотрен: {casting}.' },
    shortlisted: { title: 'Вы в шорт-листе', message: 'Вы попали в шорт-лист: {casting}.' },
    accepted: { title: 'Вы приняты', message: 'Ваш отклик принят: {casting}.' },
    rejected: { title: 'В этот раз нет', message: 'Ваш отклик отклонён: {casting}.' },
    withdrawn: { title: 'Отклик отозван', message: 'Модель отозвала отклик: {casting}.' },
  },
  agency: {
    pending: {
      title: 'Агентство откликнулось за вас',
      message: 'Ваше агентство откликнулось от вашего имени: {casting}.',
    },
    withdrawn: { title: 'Агентство отозвало отклик', message: 'Ваше агентство отозвало ваш отклик: {casting}.' },
  },
  casting: {
    completed: { title: 'Кастинг завершён', message: 'Кастинг завершён: {casting}.' },
    cancelled: { title: 'Кастинг отменён', message: 'Кастинг отменён: {casting}.' },
    deleted: { title: 'Кастинг удалён', message: 'Кастинг, на который вы откликнулись, удалён.' },
  },
  other: { title: 'Уведомление', message: 'Произошло событие, которое вас касается.' },
  someCasting: 'кастинг',
  someCandidate: 'кандидат',
}
