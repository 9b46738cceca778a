internal import LinearAlgebra

/// Rows in the order of their scores, with what lies at each score: what every measure of ranking is made of. O(n log n).
struct RankedScores {
  /// Rows of one score.
  struct Tie {
    /// The sum of the weights of rows with outcome 1, and of all.
    var positive: Double
    var all: Double
    /// The places in ``order``.
    var places: Range<Int>
  }

  /// Rows (from 0) from the highest score to the lowest, of equal ones in their own order.
  let order: [Int]
  /// The ties, from the highest score.
  let ties: [Tie]
  let positive: Double
  let all: Double

  /// Rows of weight 0 are left out.
  init(_ scores: [Double], outcome: [Double], weights: [Double]?) {
    let counted = scores.indices.filter { (weights?[$0] ?? 1) > 0 }
    let order = counted.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    var ties: [Tie] = []
    for (place, row) in order.enumerated() {
      let w = weights?[row] ?? 1
      if place > 0, scores[order[place - 1]] == scores[row], let last = ties.indices.last {
        ties[last].all += w
        ties[last].positive += w * outcome[row]
        ties[last].places = ties[last].places.lowerBound..<place + 1
      } else {
        ties.append(Tie(positive: w * outcome[row], all: w, places: place..<place + 1))
      }
    }
    self.order = order
    self.ties = ties
    positive = ties.reduce(0) { $0 + $1.positive }
    all = ties.reduce(0) { $0 + $1.all }
  }

  /// The chance that a row of outcome 1 scores above one of outcome 0, ties counting half, with the standard error of
  /// DeLong, DeLong & Clarke-Pearson (1988), computed from ranks as Sun & Xu (2014) do.
  func auc(outcome: [Double], weights: [Double]?) -> Estimate {
    let negative = all - positive
    var area = 0.0
    var above = (positive: 0.0, negative: 0.0)
    for tie in ties {
      let below = negative - above.negative - (tie.all - tie.positive)
      area += tie.positive * (below + 0.5 * (tie.all - tie.positive))
      above.positive += tie.positive
      above.negative += tie.all - tie.positive
    }
    area /= positive * negative
    var variance = 0.0
    above = (0, 0)
    for tie in ties {
      let ofPositive = (negative - above.negative - 0.5 * (tie.all - tie.positive)) / negative - area
      let ofNegative = (above.positive + 0.5 * tie.positive) / positive - area
      for place in tie.places {
        let row = order[place]
        let w = weights?[row] ?? 1
        let (deviation, total) = outcome[row] == 1 ? (ofPositive, positive) : (ofNegative, negative)
        variance += (w * deviation / total) * (w * deviation / total)
      }
      above.positive += tie.positive
      above.negative += tie.all - tie.positive
    }
    return Estimate(area, standardError: variance.squareRoot(), in: 0...1)
  }

  /// The mean of the precision at each row of outcome 1 (average precision), with the logit interval of Boyd, Eng & Page
  /// (2013).
  func averagePrecision() -> Estimate {
    var (sum, hits, seen) = (0.0, 0.0, 0.0)
    for tie in ties {
      hits += tie.positive
      seen += tie.all
      sum += tie.positive * hits / seen
    }
    let value = min(1, sum / positive)
    let error = (value * (1 - value) / positive).squareRoot()
    guard value > 0, value < 1 else { return Estimate(value, standardError: error, in: 0...1) }
    let reach = Normal.quantile(0.975) / (positive * value * (1 - value)).squareRoot()
    let logit = Logit.of(value)
    return Estimate(
      value, standardError: error, low: Logit.probability(logit - reach), high: Logit.probability(logit + reach))
  }

  /// The rows from the highest score in up to `count` parts of about equal weight; ties are never parted.
  func parts(_ count: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var (start, seen, due) = (0, 0.0, 1.0)
    for tie in ties {
      seen += tie.all
      guard seen >= due / Double(count) * all * (1 - 1e-12) || tie.places.upperBound == order.count else { continue }
      parts.append(start..<tie.places.upperBound)
      start = tie.places.upperBound
      // The next part ends at the first share beyond what is seen already, however much one tie took.
      due = (seen / all * Double(count) * (1 + 1e-12)).rounded(.down) + 1
    }
    return parts
  }
}
