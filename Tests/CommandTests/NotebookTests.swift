import Foundation
import TestSupport
import Testing

/// `notebooks-data/segments.ipynb` runs on what the program writes.
@Suite(
  .enabled(
    if: NotebookPython.path != nil,
    "no python3 with nbclient, ipykernel, pandas, pyarrow, matplotlib and safetensors ('make notebook' installs one)"))
struct NotebookTests {
  @Test func `the notebook reads assignments, personas and model of the sample, and draws two pictures`() throws {
    let folder = try TemporaryFolder()
    let sample = TesseraProcess.checkout.appendingPathComponent("notebooks-data/completejourney")
    let files = try FileManager.default.contentsOfDirectory(atPath: sample.path).filter { $0.hasSuffix(".csv.gz") }
    let made = try TesseraProcess.run(
      ["init", "--name", "shop"] + files.sorted().map { sample.appendingPathComponent($0).path }, in: folder.url)
    try #require(made.code == 0, "\(made.errors)")
    let trained = try TesseraProcess.run(["train"], in: folder.url)
    try #require(trained.code == 0, "\(trained.errors)")
    let program = """
      import sys, nbformat
      from nbclient import NotebookClient
      book = nbformat.read(sys.argv[1], as_version=4)
      NotebookClient(book, timeout=300, resources={"metadata": {"path": sys.argv[2]}}).execute()
      print(sum("image/png" in out.get("data", {}) for cell in book.cells for out in cell.get("outputs", [])))
      """
    let run = try TesseraProcess.shell(
      [
        "/usr/bin/env", "TESSERA_RESULTS=output/shop", "TESSERA_MODEL=models/shop.tessera",
        try #require(NotebookPython.path), "-c", program,
        TesseraProcess.checkout.appendingPathComponent("notebooks-data/segments.ipynb").path, folder.url.path,
      ], in: folder.url)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2", "\(run.output)")
  }
}

/// A Python that can run notebooks.
enum NotebookPython {
  /// That of `make notebook`, else python3 where it has the packages; nil without any.
  static let path: String? = {
    let own = TesseraProcess.checkout.appendingPathComponent(".venv/notebook/bin/python").path
    let packages = "import nbclient, nbformat, ipykernel, pandas, pyarrow, matplotlib, safetensors"
    return [own, "python3"].first { python in
      let run = try? TesseraProcess.shell(
        ["/usr/bin/env", python, "-c", packages], in: FileManager.default.temporaryDirectory)
      return run?.code == 0
    }
  }()
}
