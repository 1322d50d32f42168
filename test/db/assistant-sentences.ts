/** What the rules find in a sentence, seen from Wednesday, 25 November 2026; what is not named is not found. */
export interface Sentence {
  text: string
  category?: string
  type?: 'physical' | 'digital'
  /** Major units, and the currency. */
  budget?: [number, string]
  deadline?: string
  city?: string
}

export const today = '2026-11-25'

export const english: Sentence[] = [
  {
    text: 'Need a plumber in Almaty tomorrow, the kitchen tap leaks. Budget 15 000 tenge.',
    category: 'plumbing',
    type: 'physical',
    budget: [15_000, 'KZT'],
    deadline: '2026-11-26',
    city: 'Almaty',
  },
  {
    text: 'Looking for someone to clean my two-room apartment, $40, by Friday',
    category: 'cleaning',
    type: 'physical',
    budget: [40, 'USD'],
    deadline: '2026-11-27',
  },
  {
    text: 'I need a logo for my coffee shop, around 200 USD, in 2 weeks',
    category: 'logo-design',
    type: 'digital',
    budget: [200, 'USD'],
    deadline: '2026-12-09',
  },
  {
    text: 'Build a landing page, €1.5k, before 5 December',
    category: 'web-development',
    type: 'digital',
    budget: [1500, 'EUR'],
    deadline: '2026-12-05',
  },
  {
    text: 'Fix my washing machine in Mumbai, ₹2,500',
    category: 'appliance-repair',
    type: 'physical',
    budget: [2500, 'INR'],
    city: 'Mumbai',
  },
  {
    text: 'Assemble an IKEA wardrobe this weekend for 100-150 dollars',
    category: 'furniture-assembly',
    type: 'physical',
    budget: [150, 'USD'],
    deadline: '2026-11-29',
  },
  { text: 'Walk my dog every Monday, 5 EUR per walk', category: 'dog-walking', type: 'physical', budget: [5, 'EUR'] },
  {
    text: 'Translate a letter from English to Russian online until December 1st',
    category: 'translation',
    type: 'digital',
    deadline: '2026-12-01',
  },
  {
    text: 'Maths tutor for my son, online lessons, Rs 800',
    category: 'tutoring',
    type: 'digital',
    budget: [800, 'INR'],
  },
  {
    text: 'Video editor for our youtube video, 2026-12-20, 300 euros',
    category: 'video-editing',
    type: 'digital',
    budget: [300, 'EUR'],
    deadline: '2026-12-20',
  },
  { text: 'Oral exam preparation, IELTS, within a month', category: 'exam-preparation', deadline: '2026-12-25' },
  {
    text: 'Photographer for a wedding in Bangalore on 12.12.2026',
    category: 'photography',
    type: 'physical',
    deadline: '2026-12-12',
    city: 'Bengaluru',
  },
  {
    text: 'Help me move a piano from Karaganda the day after tomorrow',
    category: 'moving',
    type: 'physical',
    deadline: '2026-11-27',
    city: 'Karaganda',
  },
  {
    text: 'Nanny for two kids at our home in Pune, 12 lakh a year',
    category: 'babysitting',
    type: 'physical',
    city: 'Pune',
  },
  {
    text: 'Telegram bot that answers customers, 2k usd',
    category: 'automation',
    type: 'digital',
    budget: [2000, 'USD'],
  },
  { text: 'plummer needed urgently, 500 EGP', category: 'plumbing', type: 'physical', budget: [500, 'EGP'] },
  {
    text: 'Paint my room by 3/12/2026, egyptian pounds 3000',
    category: 'painting',
    type: 'physical',
    budget: [3000, 'EGP'],
    deadline: '2026-12-03',
  },
  {
    text: 'Buy groceries and bring them to my office today, 20 bucks',
    category: 'errands',
    type: 'physical',
    budget: [20, 'USD'],
    deadline: '2026-11-25',
  },
]

export const russian: Sentence[] = [
  {
    text: 'Нужно убрать квартиру в Астане завтра, 20 000 тенге',
    category: 'cleaning',
    type: 'physical',
    budget: [20_000, 'KZT'],
    deadline: '2026-11-26',
    city: 'Astana',
  },
  {
    text: 'Сломался кран, нужен сантехник до пятницы, бюджет до 10 тыс тг',
    category: 'plumbing',
    type: 'physical',
    budget: [10_000, 'KZT'],
    deadline: '2026-11-27',
  },
  {
    text: 'Перевести документы на английский удалённо за 3 дня, 5000 руб.',
    category: 'translation',
    type: 'digital',
    budget: [5000, 'RUB'],
    deadline: '2026-11-28',
  },
  {
    text: 'Сделать логотип для кофейни до 5 декабря, 150$',
    category: 'logo-design',
    type: 'digital',
    budget: [150, 'USD'],
    deadline: '2026-12-05',
  },
  {
    text: 'Фотограф на свадьбу в Шымкенте, 100 тысяч тенге, 20.12.2026',
    category: 'photography',
    type: 'physical',
    budget: [100_000, 'KZT'],
    deadline: '2026-12-20',
    city: 'Shymkent',
  },
  {
    text: 'Ремонт стиральной машины, послезавтра, заплачу 12000',
    category: 'appliance-repair',
    type: 'physical',
    deadline: '2026-11-27',
  },
  {
    text: 'Собрать шкаф из Икеи через неделю, 8000-10000 тенге',
    category: 'furniture-assembly',
    type: 'physical',
    budget: [10_000, 'KZT'],
    deadline: '2026-12-02',
  },
  { text: 'Няня для ребёнка 3 лет в Караганде', category: 'babysitting', type: 'physical', city: 'Karaganda' },
  {
    text: 'Репетитор по математике для 9 класса, онлайн, до конца месяца',
    category: 'tutoring',
    type: 'digital',
    deadline: '2026-11-30',
  },
  {
    text: 'Нужен сайт для магазина, 1,5 млн тенге, срок: 15.01',
    category: 'web-development',
    type: 'digital',
    budget: [1_500_000, 'KZT'],
    deadline: '2027-01-15',
  },
  { text: 'Смонтировать ролик для ютуба, 50 евро', category: 'video-editing', type: 'digital', budget: [50, 'EUR'] },
  {
    text: 'Помочь с переездом из Алматы на следующей неделе',
    category: 'moving',
    type: 'physical',
    deadline: '2026-12-06',
    city: 'Almaty',
  },
  {
    text: 'Выгуливать собаку по понедельникам, выгул 2000 тг',
    category: 'dog-walking',
    type: 'physical',
    budget: [2000, 'KZT'],
  },
  { text: 'сантехнк срочно', category: 'plumbing', type: 'physical' },
  {
    text: 'Маникюр на дому в Нур-Султане в субботу',
    category: 'nail-care',
    type: 'physical',
    deadline: '2026-11-28',
    city: 'Astana',
  },
  {
    text: 'Бухгалтер сдать налоговую отчётность через два месяца, 70 тысяч рублей',
    category: 'bookkeeping',
    type: 'digital',
    budget: [70_000, 'RUB'],
    deadline: '2027-01-25',
  },
  {
    text: 'Настроить таргет в инстаграм к 1 декабря',
    category: 'digital-marketing',
    type: 'digital',
    deadline: '2026-12-01',
  },
  { text: 'Компьютер не включается, приехать в офис', category: 'it-help', type: 'physical' },
]

export const kazakh: Sentence[] = [
  {
    text: 'Алматыда үй тазалау керек, 15 000 теңге, ертең',
    category: 'cleaning',
    type: 'physical',
    budget: [15_000, 'KZT'],
    deadline: '2026-11-26',
    city: 'Almaty',
  },
  { text: 'Пәтерге сантехник керек, бүгін', category: 'plumbing', type: 'physical', deadline: '2026-11-25' },
  {
    text: 'Кафеге логотип жасау керек, 100 мың теңге, 10 күннен кейін',
    category: 'logo-design',
    type: 'digital',
    budget: [100_000, 'KZT'],
    deadline: '2026-12-05',
  },
  {
    text: 'Мәтінді қазақшадан орысшаға аудару, 5 желтоқсанға дейін',
    category: 'translation',
    type: 'digital',
    deadline: '2026-12-05',
  },
  { text: 'Бала күтуші іздеймін, Астанада', category: 'babysitting', type: 'physical', city: 'Astana' },
  {
    text: 'Ағылшын тілі сабағы, қашықтан, бір аптадан кейін',
    category: 'language-lessons',
    type: 'digital',
    deadline: '2026-12-02',
  },
  {
    text: 'Шымкентте тойға фотограф керек, бюджет 200000 тг',
    category: 'photography',
    type: 'physical',
    budget: [200_000, 'KZT'],
    city: 'Shymkent',
  },
  { text: 'уй тазалау керек', category: 'cleaning', type: 'physical' },
  {
    text: 'Қарағандыда тоңазытқыш жөндеу, бүрсігүні',
    category: 'appliance-repair',
    type: 'physical',
    deadline: '2026-11-27',
    city: 'Karaganda',
  },
  { text: 'Тойға асаба керек, жұмаға дейін', category: 'event-hosting', type: 'physical', deadline: '2026-11-27' },
  {
    text: 'Итті серуендету, 3 күн ішінде, 3000 теңгеге',
    category: 'dog-walking',
    type: 'physical',
    budget: [3000, 'KZT'],
    deadline: '2026-11-28',
  },
]

export const arabic: Sentence[] = [
  {
    text: 'أحتاج سبّاكاً لإصلاح تسريب في المطبخ غداً، ١٠٠ جنيه',
    category: 'plumbing',
    type: 'physical',
    budget: [100, 'EGP'],
    deadline: '2026-11-26',
  },
  {
    text: 'مطلوب تنظيف شقة خلال ٣ أيام، الميزانية ٥٠٠ جنيه مصري',
    category: 'cleaning',
    type: 'physical',
    budget: [500, 'EGP'],
    deadline: '2026-11-28',
  },
  {
    text: 'تصميم شعار لمطعم، 200 دولار، قبل ٥ ديسمبر',
    category: 'logo-design',
    type: 'digital',
    budget: [200, 'USD'],
    deadline: '2026-12-05',
  },
  {
    text: 'ترجمة عقد من العربية إلى الإنجليزية بعد أسبوعين',
    category: 'translation',
    type: 'digital',
    deadline: '2026-12-09',
  },
  { text: 'مدرس رياضيات لابني عن بعد، ١٬٥٠٠ روبية', category: 'tutoring', type: 'digital', budget: [1500, 'INR'] },
  { text: 'مطلوب مصوّر لحفل زفاف يوم الجمعة', category: 'photography', type: 'physical', deadline: '2026-11-27' },
  {
    text: 'نقل عفش من شقة إلى شقة الأسبوع القادم، ألفين',
    category: 'moving',
    type: 'physical',
    deadline: '2026-12-06',
  },
  {
    text: 'تطوير موقع إلكتروني لمتجر بـ ٢ ألف يورو',
    category: 'web-development',
    type: 'digital',
    budget: [2000, 'EUR'],
  },
  {
    text: 'تصليح الغسالة بعد بكره، ٣٠٠ ج.م',
    category: 'appliance-repair',
    type: 'physical',
    budget: [300, 'EGP'],
    deadline: '2026-11-27',
  },
  { text: 'جليسة أطفال في ألماتي', category: 'babysitting', type: 'physical', city: 'Almaty' },
  { text: 'كهربائي لتركيب ثريا', category: 'electrical-work', type: 'physical' },
  { text: 'مونتاج فيديو أونلاين خلال شهر', category: 'video-editing', type: 'digital', deadline: '2026-12-25' },
]

/** Nothing to go by, or two things alike. */
export const unclear: Sentence[] = [
  { text: 'asdf qwerty zxcv' },
  { text: '!!! ??? ...' },
  { text: 'Hello' },
  { text: '👍👍👍' },
  { text: '12345' },
  { text: 'I need help' },
  { text: 'Нужна помощь' },
  { text: 'في' },
]
