import type { NotificationTexts } from './types.ts'

export const kk: NotificationTexts = {
  types: {
    general: { title: 'Жаңалықтар', message: 'Сізге жаңалық бар.' },
    new_message: { title: 'Жаңа хабарлама', message: 'Сізге жаңа хабарлама келді.' },
    new_casting: { title: 'Жаңа кастинг', message: 'Сізге сай кастинг: {casting}.' },
    new_response: { title: 'Жаңа өтінім', message: 'Модельден жаңа өтінім: {casting}.' },
    casting_reminder: { title: 'Түсірілім жақын', message: 'Түсірілімге бір тәуліктен аз қалды: {casting}.' },
  },
  response: {
    pending: { title: 'Өтінім қайта қаралуда', message: 'Өтініміңіз қайта қаралуда: {casting}.' },
    viewed: { title: 'Өтінім қаралды', message: 'Өтініміңіз қаралды: {casting}.' },
    shortlisted: { title: 'Сіз іріктеу тізіміндесіз', message: 'Сіз іріктеу тізіміне ендіңіз: {casting}.' },
    accepted: { title: 'Сіз қабылдандыңыз', message: 'Өтініміңіз қабылданды: {casting}.' },
    rejected: { title: 'Бұл жолы болмады', message: 'Өтініміңіз қабылданбады: {casting}.' },
    withdrawn: { title: 'Өтінім қайтарылды', message: 'Модель өтінімін қайтарып алды: {casting}.' },
  },
  casting: {
    completed: { title: 'Кастинг аяқталды', message: 'Кастинг аяқталды: {casting}.' },
    cancelled: { title: 'Кастинг тоқтатылды', message: 'Кастинг тоқтатылды: {casting}.' },
    deleted: { title: 'Кастинг жойылды', message: 'Сіз өтінім берген кастинг жойылды.' },
  },
  other: { title: 'Хабарландыру', message: 'Сізге қатысты оқиға болды.' },
  someCasting: 'кастинг',
}
