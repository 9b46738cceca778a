public import Foundation

#if canImport(CryptoKit)
  private import CryptoKit
#else
  private import COpenSSL
#endif

/// The SHA-256 (FIPS 180-4) of bytes that come piece by piece: OpenSSL's, or the system's own on macOS.
///
/// How the bytes were cut into pieces does not matter.
@safe public struct SHA256: ~Copyable {
  #if canImport(CryptoKit)
    private var state = CryptoKit.SHA256()
  #else
    // Owned by this value alone, which cannot be copied: made in init, freed in deinit, never handed out.
    private let context: OpaquePointer
  #endif

  /// The digest of no bytes so far.
  public init() {
    #if !canImport(CryptoKit)
      // With a method of OpenSSL's built-in provider this fails only where memory has run out.
      guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, OpenSSLMethod.sha256, nil) == 1
      else { fatalError("no memory for a SHA-256") }
      unsafe self.context = unsafe context
    #endif
  }

  #if !canImport(CryptoKit)
    deinit { unsafe EVP_MD_CTX_free(context) }
  #endif

  /// Takes the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    #if canImport(CryptoKit)
      unsafe state.update(bufferPointer: bytes)
    #else
      // Every byte has been read when the call returns.
      guard unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
        fatalError("no memory for a SHA-256")
      }
    #endif
  }

  /// Takes the next bytes.
  public mutating func update(_ data: Data) {
    unsafe data.withUnsafeBytes { bytes in unsafe update(bytes) }
  }

  /// The 32 bytes of the digest of all that came.
  public consuming func finalize() -> Data {
    #if canImport(CryptoKit)
      return Data(state.finalize())
    #else
      var digest = Data(count: 32)
      let status = unsafe digest.withUnsafeMutableBytes { bytes in
        // SHA-256 writes 32 bytes, which is how many there are.
        unsafe EVP_DigestFinal_ex(context, bytes.bindMemory(to: UInt8.self).baseAddress, nil)
      }
      guard status == 1 else { fatalError("no memory for a SHA-256") }
      return digest
    #endif
  }

  /// The 32 bytes of the digest of `data`.
  public static func digest(of data: Data) -> Data {
    var hash = SHA256()
    hash.update(data)
    return hash.finalize()
  }
}

#if !canImport(CryptoKit)
  /// Methods from a library context of our own: the machine's configuration of OpenSSL, which may switch providers off,
  /// is not read for it, and the built-in provider is always there.
  private enum OpenSSLMethod {
    // Made once, never freed and never changed; OpenSSL's fetched methods may be used by several threads at a time.
    nonisolated(unsafe) static let sha256: OpaquePointer = {
      guard let library = unsafe OSSL_LIB_CTX_new(), let method = unsafe EVP_MD_fetch(library, "SHA256", nil) else {
        fatalError("no memory for OpenSSL")
      }
      return unsafe method
    }()
  }
#endif
