package import Foundation

/// One migration of the schema, as read from its file.
package struct Migration: Sendable {
    /// The number that the file's name begins with, from 1.
    package let version: Int64
    /// The file's name without number and ending.
    package let name: String
    package let sql: String

    package init(version: Int64, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// Finds and reads the folder of migrations.
package enum MigrationFolder {
    package enum Failure: Error, CustomStringConvertible {
        case notFound
        case unreadable(path: String)
        case badName(String)
        case gap(after: Int64)

        package var description: String {
            switch self {
            case .notFound: "no folder `migrations` here or above the program; name it with --migrations"
            case .unreadable(let path): "cannot read \(path)"
            case .badName(let name): "\(name) is not named NNNN_name.sql"
            case .gap(let version): "no migration follows number \(version), but later ones exist"
            }
        }
    }

    /// The named folder, else `migrations` in the working directory, else the one nearest above the program.
    package static func find(named path: String?, program: String) throws(Failure) -> URL {
        if let path { return URL(fileURLWithPath: path) }
        var starts = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        var above = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
        while above.path != "/" {
            starts.append(above)
            above = above.deletingLastPathComponent()
        }
        for start in starts {
            let folder = start.appendingPathComponent("migrations")
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("0001_catalogue.sql").path) {
                return folder
            }
        }
        throw .notFound
    }

    /// All migrations of a folder, in order, numbered 1, 2, 3 … without a gap.
    package static func read(_ folder: URL) throws(Failure) -> [Migration] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw .unreadable(path: folder.path)
        }
        var migrations: [Migration] = []
        for name in names.sorted() where name.hasSuffix(".sql") {
            let parts = name.dropLast(4).split(separator: "_", maxSplits: 1)
            guard parts.count == 2, let version = Int64(parts[0]) else { throw .badName(name) }
            let file = folder.appendingPathComponent(name)
            guard let data = FileManager.default.contents(atPath: file.path) else { throw .unreadable(path: file.path) }
            migrations.append(
                Migration(version: version, name: String(parts[1]), sql: String(decoding: data, as: UTF8.self)))
        }
        for (index, migration) in migrations.enumerated() where migration.version != Int64(index + 1) {
            throw .gap(after: Int64(index))
        }
        return migrations
    }
}
