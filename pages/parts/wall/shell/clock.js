// The server's clock, carried on between polls, and how moments and ages are written. The device's own clock is
// asked only where no server has answered since the shell was opened: then as far off as it was when one last did.
const ZONE = "Asia/Shanghai";
const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

const clock = {
  base: null,
  skew: 0,
  set(server) {
    this.base = server - performance.now();
    this.skew = server - Date.now();
  },
  now() {
    return this.base === null ? Date.now() + this.skew : this.base + performance.now();
  },
};

const formats = new Map();

/** A moment in the bureau's time, as Intl writes it in this language. */
function written(moment, language, options) {
  const key = language + JSON.stringify(options);
  if (!formats.has(key)) {
    const locale = { zh: "zh-CN", en: "en-GB" }[language];
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: "h23", ...options }));
  }
  return formats.get(key).format(moment);
}

const DATE = { year: "numeric", month: "short", day: "numeric" };
const TIME = { hour: "2-digit", minute: "2-digit" };

/** The parts of "now" that a picture asks for by data-format. */
function nowWritten(moment, language, format) {
  const date = () => written(moment, language, DATE);
  const weekday = () => written(moment, language, { weekday: "long" });
  const time = () => written(moment, language, TIME);
  if (format === "date") return date();
  if (format === "weekday") return weekday();
  if (format === "time") return time();
  if (format === "seconds") return written(moment, language, { ...TIME, second: "2-digit" });
  const day = language === "zh" ? [date(), weekday()] : [weekday(), date()];
  return [...day, time()].join(" ");
}

/** 11-22 08:00; with the year where that is not this one; the day alone where the whole day is meant. */
function stamp(moment, now) {
  const parts = (one) => Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hourCycle: "h23", year: "numeric", month: "2-digit",
      day: "2-digit", hour: "2-digit", minute: "2-digit" }).formatToParts(one).map(({ type, value }) => [type, value]));
  const then = parts(moment);
  const year = then.year === parts(now).year ? "" : `${then.year}-`;
  const time = `${then.hour}:${then.minute}`;
  return `${year}${then.month}-${then.day}${["23:59", "00:00"].includes(time) ? "" : ` ${time}`}`;
}

/** The same in the room of a panel's title: without the hour where the year is said. */
function shortStamp(moment, now) {
  const whole = stamp(moment, now);
  return whole.length > "11-22 08:00".length ? whole.split(" ")[0] : whole;
}

/** How long, in the largest unit that says it, beyond a year in years and months, by the templates that the server gave. */
function age(milliseconds, words) {
  const months = Math.floor(milliseconds / DAY / 365.25 * 12);
  if (months >= 12) {
    return filled(words[months % 12 ? "age_years_months" : "age_years"], { years: Math.floor(months / 12), months: months % 12 });
  }
  const count = (size) => Math.max(0, Math.floor(milliseconds / size)).toLocaleString("en-US");
  const [name, size] = milliseconds >= DAY ? ["days", DAY] : milliseconds >= HOUR ? ["hours", HOUR] : ["minutes", MINUTE];
  return words[`age_${name}`].replace("{count}", count(size));
}

function filled(template, values) {
  return template.replace(/{(\w+)}/g, (_, name) => values[name]);
}
