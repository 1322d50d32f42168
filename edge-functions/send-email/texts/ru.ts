import type { Texts } from './types.ts'

export const ru: Texts = {
  requests: {
    signup: {
      subject: 'Подтвердите почту для {app}',
      intro: 'Добро пожаловать в {app}. Введите этот код, чтобы подтвердить адрес почты.',
      button: 'Подтвердить почту',
    },
    invite: {
      subject: 'Вас пригласили в {app}',
      intro: 'Вас пригласили в {app}. Введите этот код, чтобы принять приглашение.',
      button: 'Принять приглашение',
    },
    magiclink: {
      subject: 'Код для входа в {app}',
      intro: 'Введите этот код, чтобы войти в {app}.',
      button: 'Войти',
    },
    recovery: {
      subject: 'Новый пароль для {app}',
      intro: 'Введите этот код, чтобы задать новый пароль для {app}.',
      button: 'Задать новый пароль',
    },
    email_change_current: {
      subject: 'Подтвердите смену почты для {app}',
      intro: 'В вашем аккаунте запросили смену почты с {email} на {newEmail}. Введите этот код, чтобы согласиться.',
      button: 'Согласиться на смену',
    },
    email_change_new: {
      subject: 'Подтвердите новую почту для {app}',
      intro: 'Введите этот код, чтобы адрес {newEmail} стал почтой вашего аккаунта.',
      button: 'Подтвердить новую почту',
    },
    reauthentication: {
      subject: 'Код безопасности для {app}',
      intro: 'Введите этот код, чтобы подтвердить, что это вы.',
      button: '',
    },
  },
  notices: {
    password_changed_notification: {
      subject: 'Пароль для {app} изменён',
      intro: 'Пароль вашего аккаунта {email} изменён.',
    },
    email_changed_notification: {
      subject: 'Почта для {app} изменена',
      intro: 'Почта вашего аккаунта изменена с {email} на {newEmail}.',
    },
    phone_changed_notification: {
      subject: 'Номер телефона для {app} изменён',
      intro: 'Номер телефона вашего аккаунта {email} изменён.',
    },
    identity_linked_notification: {
      subject: 'Новый способ входа в {app}',
      intro: 'К вашему аккаунту {email} добавлен вход через {provider}.',
    },
    identity_unlinked_notification: {
      subject: 'Способ входа в {app} удалён',
      intro: 'Из вашего аккаунта {email} удалён вход через {provider}.',
    },
    mfa_factor_enrolled_notification: {
      subject: 'Добавлен второй фактор для {app}',
      intro: 'К вашему аккаунту {email} добавлен второй фактор ({factor}).',
    },
    mfa_factor_unenrolled_notification: {
      subject: 'Удалён второй фактор для {app}',
      intro: 'Из вашего аккаунта {email} удалён второй фактор ({factor}).',
    },
  },
  codeLabel: 'Ваш код',
  codeValidity: 'Код действует один раз, несколько минут. Никому его не сообщайте.',
  linkLabel: 'Или откройте ссылку:',
  ignore: 'Если вы этого не запрашивали, ничего делать не нужно.',
  notYou: 'Если это были не вы, сразу задайте новый пароль и напишите нам.',
}
