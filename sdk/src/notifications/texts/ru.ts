import type { NotificationTexts } from './types.ts'

export const ru: NotificationTexts = {
  types: {
    general: { title: 'Новости', message: 'Для вас есть новости.' },
    new_message: { title: 'Новое сообщение', message: 'Вам пришло сообщение.' },
    new_casting: { title: 'Новый кастинг', message: 'Подходящий вам кастинг: {casting}.' },
    new_response: { title: 'Новый отклик', message: 'Новый отклик модели: {casting}.' },
    casting_reminder: { title: 'Скоро съёмка', message: 'До съёмки осталось меньше суток: {casting}.' },
  },
  response: {
    pending: { title: 'Отклик снова рассматривается', message: 'Ваш отклик снова рассматривается: {casting}.' },
    viewed: { title: 'Отклик просмотрен', message: 'Ваш отклик просмотрен: {casting}.' },
    shortlisted: { title: 'Вы в шорт-листе', message: 'Вы попали в шорт-лист: {casting}.' },
    accepted: { title: 'Вы приняты', message: 'Ваш отклик принят: {casting}.' },
    rejected: { title: 'В этот раз нет', message: 'Ваш отклик отклонён: {casting}.' },
    withdrawn: { title: 'Отклик отозван', message: 'Модель отозвала отклик: {casting}.' },
  },
  casting: {
    completed: { title: 'Кастинг завершён', message: 'Кастинг завершён: {casting}.' },
    cancelled: { title: 'Кастинг отменён', message: 'Кастинг отменён: {casting}.' },
    deleted: { title: 'Кастинг удалён', message: 'Кастинг, на который вы откликнулись, удалён.' },
  },
  other: { title: 'Уведомление', message: 'Произошло событие, которое вас касается.' },
  someCasting: 'кастинг',
}
