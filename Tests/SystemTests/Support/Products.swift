import Foundation
import TestSupport

/// The programs under test, in the folder of `TEST_PRODUCTS` or beside the tests.
enum Products {
    static func path(_ name: String) throws -> String {
        let folder = environment("TEST_PRODUCTS") ?? Bundle.main.bundleURL.deletingLastPathComponent().path
        let path = "\(folder)/\(name)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("\(path) is not there; run scripts/test")
        }
        return path
    }

    /// Runs `inventoryctl` on a database.
    static func inventoryctl(
        _ arguments: [String], database: String, in folder: TemporaryFolder
    ) async throws -> (end: Child.End, output: String, errorOutput: String) {
        try await Child.run(
            path("inventoryctl"), arguments, environment: ["DATABASE_URL": database], in: folder)
    }
}
