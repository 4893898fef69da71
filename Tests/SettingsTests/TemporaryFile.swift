import Foundation

/// Runs the body with the path of a file that has these contents.
func withFile<Value>(_ contents: String, _ body: (String) throws -> Value) throws -> Value {
    let url = FileManager.default.temporaryDirectory.appending(component: "settings-\(UUID().uuidString)")
    try Data(contents.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path())
}
