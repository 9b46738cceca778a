import Clustering
import Foundation
import Randomness
import Testing

@Suite struct OverlapMatrixTests {
  @Test(arguments: [0, 1, 63, 64, 65, 1000, 70_000])
  func `counts equal those of brute force`(customers: Int) throws {
    var random = RandomStream(seed: UInt64(customers))
    let members = (0..<5).map { list in (0..<customers).map { _ in random.uniform() < Double(list) / 4 } }
    let lists = members.enumerated().map { CustomerList(name: "list \($0)", members: $1) }
    let overlap = try OverlapMatrix(lists)
    for i in 0..<5 {
      for j in 0..<5 {
        #expect(overlap.shared(i, j) == (0..<customers).count { members[i][$0] && members[j][$0] })
      }
    }
    #expect(try JSONDecoder().decode(OverlapMatrix.self, from: JSONEncoder().encode(overlap)) == overlap)
  }

  @Test func `batches by members and by rows make the same list`() {
    var random = RandomStream(seed: 2)
    let members = (0..<517).map { _ in random.uniform() < 0.3 }
    var byMembers = CustomerList(name: "a")
    var byRows = CustomerList(name: "a")
    var first = 0
    for size in [0, 1, 62, 64, 130, 260] {
      let batch = members[first..<first + size]
      byMembers.append(members: batch)
      byRows.append(customers: size, rows: (0..<size).filter { members[first + $0] })
      first += size
    }
    #expect(first == 517)
    #expect(byMembers == CustomerList(name: "a", members: members))
    #expect(byRows == byMembers)
    #expect(byRows.size == members.count { $0 })
    #expect((0..<517).map(byRows.contains) == members)
  }

  @Test func `ratios by hand`() throws {
    let overlap = try OverlapMatrix([
      CustomerList(name: "a", customers: 8, rows: [0, 1, 2, 3]), CustomerList(name: "b", customers: 8, rows: [3, 4]),
      CustomerList(name: "none", customers: 8, rows: []),
    ])
    #expect(overlap.counts == [4, 1, 0, 1, 2, 0, 0, 0, 0])
    #expect(overlap.jaccard(0, 1) == 0.2)
    #expect(overlap.share(of: 0, in: 1) == 0.25)
    #expect(overlap.share(of: 1, in: 0) == 0.5)
    #expect(overlap.lift(0, 1) == 1)
    #expect(overlap.jaccard(2, 2) == 0)
    #expect(overlap.share(of: 2, in: 0) == 0)
    #expect(overlap.lift(2, 0) == 0)
  }

  @Test func `lists over different customers are refused`() {
    #expect(throws: FitError.labelCount(have: 2, need: 3)) {
      try OverlapMatrix([
        CustomerList(name: "a", members: [true, true, true]),
        CustomerList(name: "b", members: [true, false]),
      ])
    }
  }
}
