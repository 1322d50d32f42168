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
    new_application: { title: 'Новая заявка', message: 'Исполнитель откликнулся на задание: {task}.' },
    new_order: { title: 'Новый заказ', message: 'У вас заказали услугу: {order}.' },
    saved_search_match: { title: 'Новое по вашему поиску', message: 'Есть новое по поиску: {search}.' },
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
      money_added: { title: 'Деньги зачислены', message: 'В ваш кошелёк поступили деньги. Причина — в его истории.' },
      money_taken: { title: 'Деньги списаны', message: 'Из вашего кошелька списаны деньги. Причина — в его истории.' },
    },
    payment_status: {
      succeeded: { title: 'Платёж получен', message: 'Ваш платёж прошёл.' },
      in_wallet: {
        title: 'Платёж в кошельке',
        message: 'Платёж пришёл, когда оплачивать было уже нечего. Деньги в вашем кошельке.',
      },
      failed: { title: 'Платёж не прошёл', message: 'Ваш платёж не прошёл. Можно попробовать ещё раз.' },
      cancelled: { title: 'Платёж отменён', message: 'Ваш платёж отменён.' },
      refunded: { title: 'Возврат платежа', message: 'Деньги по вашему платежу отправлены обратно.' },
    },
    withdrawal_status: {
      paid: { title: 'Выплачено', message: 'Ваш вывод средств выплачен.' },
      failed: { title: 'Вывод не удался', message: 'Вывод средств не удался. Деньги снова в вашем кошельке.' },
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
    application_status: {
      accepted: { title: 'Заявка принята', message: 'Вас выбрали исполнителем: {task}.' },
      rejected: { title: 'В этот раз нет', message: 'Ваша заявка отклонена: {task}.' },
      withdrawn: { title: 'Заявка отозвана', message: 'Исполнитель отозвал заявку: {task}.' },
      deleted: { title: 'Задание удалено', message: 'Задание, на которое вы подали заявку, удалено.' },
    },
    task_status: {
      started: { title: 'Работа началась', message: 'Началась работа над заданием: {task}.' },
      completed: { title: 'Задание выполнено', message: 'Задание выполнено: {task}.' },
      cancelled: { title: 'Задание отменено', message: 'Задание отменено: {task}.' },
    },
    escrow_status: {
      funded: { title: 'Деньги внесены', message: 'Оплата внесена и удерживается: {task}.' },
      released: { title: 'Деньги выплачены', message: 'Оплата выплачена исполнителю: {task}.' },
      refunded: { title: 'Деньги возвращены', message: 'Оплата возвращена заказчику: {task}.' },
      settled: {
        title: 'Спор решён',
        message: 'Оплата разделена между сторонами: {task}. Причина указана на странице.',
      },
      disputed: { title: 'Спор', message: 'Открыт спор об оплате: {task}. Решит администратор.' },
      refund_requested: { title: 'Просьба о возврате', message: 'Заказчик просит вернуть оплату: {task}.' },
    },
    order_status: {
      fund: { title: 'Заказ оплачен', message: 'Заказ оплачен, работа может начаться: {order}.' },
      start: { title: 'Работа началась', message: 'Началась работа над заказом: {order}.' },
      deliver: { title: 'Работа сдана', message: 'Работа по заказу сдана: {order}.' },
      approve: { title: 'Заказ выполнен', message: 'Работа принята, заказ выполнен: {order}.' },
      request_revision: { title: 'Нужны правки', message: 'Покупатель просит правки: {order}.' },
      cancel: { title: 'Заказ отменён', message: 'Заказ отменён: {order}.' },
      leave: { title: 'Заказ прекращён', message: 'Заказ прекращён, так как аккаунт удалён: {order}.' },
      dispute: { title: 'Спор', message: 'Открыт спор по заказу: {order}. Решит администратор.' },
      resolve: { title: 'Спор решён', message: 'Спор решён, заказ выполнен: {order}.' },
      reject: { title: 'Спор закрыт', message: 'Спор решён, заказ отменён: {order}.' },
    },
    new_review: {
      waiting: {
        title: 'Вас ждёт отзыв',
        message: 'Другая сторона оставила отзыв. Напишите свой, чтобы прочитать его.',
      },
      published: { title: 'Новый отзыв', message: 'Опубликован отзыв о вас.' },
      replied: { title: 'Ответ на отзыв', message: 'На ваш отзыв ответили.' },
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
  test: { title: 'Проверка', message: 'Уведомления приходят на это устройство.' },
  several: { new_message: { title: 'Новые сообщения', message: 'Новых сообщений: {count}.' } },
  more: 'И ещё: {more}.',
  digest: { title: 'Найдено за день', message: 'Новых по поиску {search}: {count}.' },
  other: { title: 'Уведомление', message: 'Произошло событие, которое вас касается.' },
  someCasting: 'кастинг',
  someCandidate: 'кандидат',
  someTask: 'задание',
  someOrder: 'заказ',
  someSearch: 'сохранённый поиск',
}
