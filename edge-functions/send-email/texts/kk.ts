import type { Texts } from './types.ts'

export const kk: Texts = {
  requests: {
    signup: {
      subject: '{app} үшін поштаңызды растаңыз',
      intro: '{app} қызметіне қош келдіңіз. Пошта мекенжайыңызды растау үшін осы кодты енгізіңіз.',
      button: 'Поштаны растау',
    },
    invite: {
      subject: 'Сізді {app} қызметіне шақырды',
      intro: 'Сізді {app} қызметіне шақырды. Шақыруды қабылдау үшін осы кодты енгізіңіз.',
      button: 'Шақыруды қабылдау',
    },
    magiclink: {
      subject: '{app} қызметіне кіру коды',
      intro: '{app} қызметіне кіру үшін осы кодты енгізіңіз.',
      button: 'Кіру',
    },
    recovery: {
      subject: '{app} үшін жаңа құпиясөз',
      intro: '{app} үшін жаңа құпиясөз орнату үшін осы кодты енгізіңіз.',
      button: 'Жаңа құпиясөз орнату',
    },
    email_change_current: {
      subject: '{app} үшін поштаны өзгертуді растаңыз',
      intro:
        'Аккаунтыңыздың поштасын {email} мекенжайынан {newEmail} мекенжайына өзгерту сұралды. Келісу үшін осы кодты енгізіңіз.',
      button: 'Өзгертуге келісу',
    },
    email_change_new: {
      subject: '{app} үшін жаңа поштаңызды растаңыз',
      intro: '{newEmail} мекенжайын аккаунтыңыздың поштасы ету үшін осы кодты енгізіңіз.',
      button: 'Жаңа поштаны растау',
    },
    reauthentication: {
      subject: '{app} үшін қауіпсіздік коды',
      intro: 'Бұл сіз екеніңізді растау үшін осы кодты енгізіңіз.',
      button: '',
    },
  },
  notices: {
    password_changed_notification: {
      subject: '{app} үшін құпиясөз өзгертілді',
      intro: '{email} аккаунтыңыздың құпиясөзі өзгертілді.',
    },
    email_changed_notification: {
      subject: '{app} үшін пошта өзгертілді',
      intro: 'Аккаунтыңыздың поштасы {email} мекенжайынан {newEmail} мекенжайына өзгертілді.',
    },
    phone_changed_notification: {
      subject: '{app} үшін телефон нөмірі өзгертілді',
      intro: '{email} аккаунтыңыздың телефон нөмірі өзгертілді.',
    },
    identity_linked_notification: {
      subject: '{app} қызметіне кірудің жаңа тәсілі',
      intro: '{email} аккаунтыңызға {provider} арқылы кіру қосылды.',
    },
    identity_unlinked_notification: {
      subject: '{app} қызметіне кіру тәсілі жойылды',
      intro: '{email} аккаунтыңыздан {provider} арқылы кіру жойылды.',
    },
    mfa_factor_enrolled_notification: {
      subject: '{app} үшін екінші фактор қосылды',
      intro: '{email} аккаунтыңызға екінші фактор ({factor}) қосылды.',
    },
    mfa_factor_unenrolled_notification: {
      subject: '{app} үшін екінші фактор жойылды',
      intro: '{email} аккаунтыңыздан екінші фактор ({factor}) жойылды.',
    },
  },
  codeLabel: 'Сіздің кодыңыз',
  codeValidity: 'Код бір рет, бірнеше минут қана жарамды. Оны ешкімге айтпаңыз.',
  linkLabel: 'Немесе мына сілтемені ашыңыз:',
  ignore: 'Егер мұны сіз сұрамаған болсаңыз, ештеңе істеудің қажеті жоқ.',
  notYou: 'Егер бұл сіз болмасаңыз, бірден жаңа құпиясөз орнатып, бізге жазыңыз.',
}
