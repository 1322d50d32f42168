import type { NotificationTexts } from './types.ts'

export const kk: NotificationTexts = {
  types: {
    general: { title: 'Жаңалықтар', message: 'Сізге жаңалық бар.' },
    new_message: { title: 'Жаңа хабарлама', message: 'Сізге жаңа хабарлама келді.' },
    new_casting: { title: 'Жаңа кастинг', message: 'Сізге сай кастинг: {casting}.' },
    new_response: { title: 'Жаңа өтінім', message: 'Модельден жаңа өтінім: {casting}.' },
    casting_reminder: { title: 'Түсірілім жақын', message: 'Түсірілімге бір тәуліктен аз қалды: {casting}.' },
    profile_reminder: {
      title: 'Профильді толтырыңыз',
      message: 'Профиліңіз әлі толтырылмаған. Сізді табуы үшін оны толтырыңыз.',
    },
    subscription_expired: { title: 'Жазылым аяқталды', message: 'Жазылымыңыз аяқталды.' },
    follow_up_due: { title: 'Кандидатқа оралатын уақыт', message: 'Жоспарланған уақыт келді: {candidate}.' },
    new_application: { title: 'Жаңа өтінім', message: 'Орындаушы тапсырмаға өтінім берді: {task}.' },
    new_order: { title: 'Жаңа тапсырыс', message: 'Қызметіңізге тапсырыс берілді: {order}.' },
    saved_search_match: { title: 'Іздеуіңіз бойынша жаңалық', message: 'Іздеу бойынша жаңасы бар: {search}.' },
  },
  statuses: {
    organization_invitation: {
      pending: { title: 'Шақыру', message: 'Ұйым сізді шақырады.' },
      accepted: { title: 'Шақыру қабылданды', message: 'Шақыруыңыз қабылданды.' },
      declined: { title: 'Шақыру қабылданбады', message: 'Шақыруыңыз қабылданбады.' },
    },
    representation: {
      invited: { title: 'Агенттік сұрауы', message: 'Агенттік сіздің өкіліңіз болғысы келеді.' },
      active: { title: 'Өкілдік келісілді', message: 'Енді агенттігіңіз модельдің өкілі.' },
      declined: { title: 'Өкілдік қабылданбады', message: 'Модель агенттігіңіздің өкілдігінен бас тартты.' },
      ended: { title: 'Өкілдік аяқталды', message: 'Өкілдік аяқталды.' },
    },
    verification: {
      verified: { title: 'Профиль расталды', message: 'Профиліңіз расталды.' },
      approved: { title: 'Профиль мақұлданды', message: 'Профиліңіз мақұлданды: енді рекрутерлер сізді көреді.' },
      rejected: { title: 'Профиль расталмады', message: 'Профиліңіз қабылданбады. Себебі профильде көрсетілген.' },
    },
    report_decided: {
      resolved: { title: 'Шағым қаралды', message: 'Шағымыңыз бойынша шара қолданылды.' },
      dismissed: { title: 'Шағым жабылды', message: 'Шағымыңыз қаралды, шара қажет болмады.' },
    },
    proposal_decided: {
      approved: { title: 'Ұсыныс қабылданды', message: 'Сіз ұсынған сөз каталогқа қосылды.' },
      rejected: { title: 'Ұсыныс қабылданбады', message: 'Сіз ұсынған сөз қосылмады.' },
    },
    candidate_unlock: {
      unlocked: { title: 'Байланыс ашылды', message: 'Кандидаттың байланысын аштыңыз: {candidate}.' },
      refunded: { title: 'Кредиттер қайтарылды', message: 'Байланысты ашу кредиттері қайтарылды: {candidate}.' },
    },
    wallet_recharge: {
      added: { title: 'Кредиттер қосылды', message: 'Шотыңызға кредиттер түсті.' },
      taken: { title: 'Кредиттер алынды', message: 'Шотыңыздан кредиттер алынды. Себебі тарихта көрсетілген.' },
      money_added: { title: 'Ақша түсті', message: 'Әмияныңызға ақша түсті. Себебі тарихында.' },
      money_taken: { title: 'Ақша алынды', message: 'Әмияныңыздан ақша алынды. Себебі тарихында.' },
    },
    payment_status: {
      succeeded: { title: 'Төлем түсті', message: 'Төлеміңіз өтті.' },
      in_wallet: { title: 'Төлем әмиянда', message: 'Төлем түскенде, төленетін нәрсе қалмаған еді. Ақша әмияныңызда.' },
      failed: { title: 'Төлем өтпеді', message: 'Төлеміңіз өтпеді. Қайталап көруге болады.' },
      cancelled: { title: 'Төлем тоқтатылды', message: 'Төлеміңіз тоқтатылды.' },
      refunded: { title: 'Төлем қайтарылды', message: 'Төлеміңіздің ақшасы кері жіберілді.' },
    },
    withdrawal_status: {
      paid: { title: 'Төленді', message: 'Ақша шығаруыңыз төленді.' },
      failed: { title: 'Ақша шығарылмады', message: 'Ақша шығару сәтсіз болды. Ақша әмияныңызға қайтты.' },
    },
    subscription_status: {
      active: { title: 'Жазылым мақұлданды', message: 'Жазылымыңыз басталды.' },
      scheduled: { title: 'Жазылым жоспарланды', message: 'Жазылымыңыз қазіргісі аяқталғанда басталады.' },
      rejected: {
        title: 'Жазылым қабылданбады',
        message: 'Жазылымыңыз қабылданбады. Себебі оның бетінде көрсетілген.',
      },
      ended: { title: 'Жазылым аяқталды', message: 'Әкімші жазылымыңызды аяқтады.' },
    },
    subscription_warning: {
      warning: { title: 'Жазылым жақында аяқталады', message: 'Жазылымыңыз бір апта ішінде аяқталады.' },
      critical: { title: 'Жазылым аяқталуға жақын', message: 'Жазылымыңыздың аяқталуына үш күннен аз қалды.' },
    },
    application_status: {
      accepted: { title: 'Өтінім қабылданды', message: 'Сіз орындаушы болып таңдалдыңыз: {task}.' },
      rejected: { title: 'Бұл жолы болмады', message: 'Өтініміңіз қабылданбады: {task}.' },
      withdrawn: { title: 'Өтінім қайтарылды', message: 'Орындаушы өтінімін қайтарып алды: {task}.' },
      deleted: { title: 'Тапсырма жойылды', message: 'Сіз өтінім берген тапсырма жойылды.' },
    },
    task_status: {
      started: { title: 'Жұмыс басталды', message: 'Тапсырма бойынша жұмыс басталды: {task}.' },
      completed: { title: 'Тапсырма орындалды', message: 'Тапсырма орындалды: {task}.' },
      cancelled: { title: 'Тапсырма тоқтатылды', message: 'Тапсырма тоқтатылды: {task}.' },
    },
    escrow_status: {
      funded: { title: 'Ақша енгізілді', message: 'Төлем енгізіліп, сақтауда тұр: {task}.' },
      released: { title: 'Ақша төленді', message: 'Төлем орындаушыға берілді: {task}.' },
      refunded: { title: 'Ақша қайтарылды', message: 'Төлем тапсырыс берушіге қайтарылды: {task}.' },
      settled: {
        title: 'Дау шешілді',
        message: 'Төлем тараптар арасында бөлінді: {task}. Себебі бетінде көрсетілген.',
      },
      disputed: { title: 'Дау', message: 'Төлем бойынша дау ашылды: {task}. Әкімші шешеді.' },
      refund_requested: { title: 'Қайтару сұралды', message: 'Тапсырыс беруші төлемді қайтаруды сұрайды: {task}.' },
    },
    order_status: {
      fund: { title: 'Тапсырыс төленді', message: 'Тапсырыс төленді, жұмысты бастауға болады: {order}.' },
      start: { title: 'Жұмыс басталды', message: 'Тапсырыс бойынша жұмыс басталды: {order}.' },
      deliver: { title: 'Жұмыс тапсырылды', message: 'Тапсырыс бойынша жұмыс тапсырылды: {order}.' },
      approve: { title: 'Тапсырыс орындалды', message: 'Жұмыс қабылданды, тапсырыс орындалды: {order}.' },
      request_revision: { title: 'Түзету сұралды', message: 'Сатып алушы түзетулер сұрайды: {order}.' },
      cancel: { title: 'Тапсырыс тоқтатылды', message: 'Тапсырыс тоқтатылды: {order}.' },
      leave: { title: 'Тапсырыс аяқталды', message: 'Аккаунт жойылғандықтан тапсырыс аяқталды: {order}.' },
      dispute: { title: 'Дау', message: 'Тапсырыс бойынша дау ашылды: {order}. Әкімші шешеді.' },
      resolve: { title: 'Дау шешілді', message: 'Дау шешілді, тапсырыс орындалды: {order}.' },
      reject: { title: 'Дау жабылды', message: 'Дау шешілді, тапсырыс тоқтатылды: {order}.' },
    },
    new_review: {
      waiting: {
        title: 'Сізді пікір күтіп тұр',
        message: 'Екінші тарап пікір жазды. Оны оқу үшін өз пікіріңізді жазыңыз.',
      },
      published: { title: 'Жаңа пікір', message: 'Сіз туралы пікір жарияланды.' },
      replied: { title: 'Пікірге жауап', message: 'Пікіріңізге жауап берілді.' },
    },
  },
  response: {
    pending: { title: 'Өтінім қайта қаралуда', message: 'Өтініміңіз қайта қаралуда: {casting}.' },
    viewed: { title: 'Өтінім қаралды', message: 'Өтініміңіз қаралды: {casting}.' },
    shortlisted: { title: 'Сіз іріктеу тізіміндесіз', message: 'Сіз іріктеу тізіміне ендіңіз: {casting}.' },
    accepted: { title: 'Сіз қабылдандыңыз', message: 'Өтініміңіз қабылданды: {casting}.' },
    rejected: { title: 'Бұл жолы болмады', message: 'Өтініміңіз қабылданбады: {casting}.' },
    withdrawn: { title: 'Өтінім қайтарылды', message: 'Модель өтінімін қайтарып алды: {casting}.' },
  },
  agency: {
    pending: {
      title: 'Агенттік сіз үшін өтінім берді',
      message: 'Агенттігіңіз сіздің атыңыздан өтінім берді: {casting}.',
    },
    withdrawn: {
      title: 'Агенттік өтінімді қайтарды',
      message: 'Агенттігіңіз сіздің өтініміңізді қайтарып алды: {casting}.',
    },
  },
  casting: {
    completed: { title: 'Кастинг аяқталды', message: 'Кастинг аяқталды: {casting}.' },
    cancelled: { title: 'Кастинг тоқтатылды', message: 'Кастинг тоқтатылды: {casting}.' },
    deleted: { title: 'Кастинг жойылды', message: 'Сіз өтінім берген кастинг жойылды.' },
  },
  test: { title: 'Тексеру', message: 'Хабарландырулар осы құрылғыға келеді.' },
  several: { new_message: { title: 'Жаңа хабарламалар', message: 'Жаңа хабарламалар саны: {count}.' } },
  more: 'Тағы: {more}.',
  digest: { title: 'Бір күнде табылғаны', message: 'Іздеу бойынша жаңасы {count}: {search}.' },
  other: { title: 'Хабарландыру', message: 'Сізге қатысты оқиға болды.' },
  someCasting: 'кастинг',
  someCandidate: 'кандидат',
  someTask: 'тапсырма',
  someOrder: 'тапсырыс',
  someSearch: 'сақталған іздеу',
}
