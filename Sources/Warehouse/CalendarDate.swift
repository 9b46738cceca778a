/// A day of the proleptic Gregorian calendar, without a time zone.
public struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Days since 1970-01-01.
  public let daysSince1970: Int

  /// The day `daysSince1970` days after 1970-01-01.
  public init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

  /// The day written `YYYY-MM-DD`; nil for anything else, and for days that do not exist.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    let candidate = CalendarDate(year: year, month: month, day: day)
    guard candidate.description == text else { return nil }
    self = candidate
  }

  // Howard Hinnant, "chrono-compatible low-level date algorithms" (2013): days_from_civil and civil_from_days.
  private init(year: Int, month: Int, day: Int) {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    daysSince1970 = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Its year, month (1 to 12) and day of the month.
  private var civil: (year: Int, month: Int, day: Int) {
    let z = daysSince1970 + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }

  /// The day `days` later.
  public func adding(days: Int) -> CalendarDate { CalendarDate(daysSince1970: daysSince1970 + days) }

  /// The same day of the month `months` later, or that month's last where it has no such day; the last day of a month
  /// stays the last.
  public func adding(months: Int) -> CalendarDate {
    let (year, month, day) = civil
    func length(_ index: Int) -> Int {
      let (y, m) = (index >= 0 ? index / 12 : (index - 11) / 12, (index % 12 + 12) % 12)
      let first = CalendarDate(year: y, month: m + 1, day: 1)
      let next = CalendarDate(year: m == 11 ? y + 1 : y, month: m == 11 ? 1 : m + 2, day: 1)
      return next.daysSince1970 - first.daysSince1970
    }
    let from = year * 12 + month - 1
    let to = from + months
    let last = length(to)
    let isLast = day == length(from)
    let (y, m) = (to >= 0 ? to / 12 : (to - 11) / 12, (to % 12 + 12) % 12)
    return CalendarDate(year: y, month: m + 1, day: isLast ? last : min(day, last))
  }

  /// `YYYY-MM-DD`; years before 0 with a minus sign, years after 9999 with as many digits as they need.
  public var description: String {
    let (year, month, day) = civil
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = "\(value)"
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return (year < 0 ? "-" : "") + "\(padded(abs(year), 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// Earlier days first.
  public static func < (a: CalendarDate, b: CalendarDate) -> Bool { a.daysSince1970 < b.daysSince1970 }
}
